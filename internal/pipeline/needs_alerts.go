package pipeline

func alerting() []Need {
	return []Need{
		{Token: "aws:cloudwatch/metricAlarm:MetricAlarm",
			// The provider finds an alarm in the list of all alarms.
			Read:   []Grant{to(anyAlarm, "cloudwatch:DescribeAlarms"), to(alarms, "cloudwatch:ListTagsForResource")},
			Change: []Grant{to(alarms, "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource")},
			Delete: []Grant{to(alarms, "cloudwatch:DeleteAlarms")}},
		{Token: "aws:cloudwatch/dashboard:Dashboard",
			Read:   []Grant{to(dashboards, "cloudwatch:GetDashboard")},
			Change: []Grant{to(dashboards, "cloudwatch:PutDashboard")},
			Delete: []Grant{to(dashboards, "cloudwatch:DeleteDashboards")}},
		{Token: "aws:sns/topic:Topic",
			Read:   []Grant{to(anyTopic, "sns:GetTopicAttributes", "sns:ListTagsForResource")},
			Change: []Grant{to(topics, "sns:CreateTopic", "sns:SetTopicAttributes", "sns:TagResource", "sns:UntagResource")},
			Delete: []Grant{to(topics, "sns:DeleteTopic")}},
		{Token: "aws:sns/topicPolicy:TopicPolicy",
			Read:   []Grant{to(anyTopic, "sns:GetTopicAttributes")},
			Change: []Grant{to(topics, "sns:SetTopicAttributes")},
			Delete: []Grant{to(topics, "sns:SetTopicAttributes")}},
		{Token: "aws:sns/topicSubscription:TopicSubscription",
			Read:   []Grant{to(anyTopic, "sns:GetSubscriptionAttributes")},
			Change: []Grant{to(topics, "sns:Subscribe", "sns:SetSubscriptionAttributes")},
			Delete: []Grant{to(topics, "sns:Unsubscribe")}},
		{Token: "aws:rds/eventSubscription:EventSubscription",
			Read: []Grant{to(eventSubscriptions, "rds:DescribeEventSubscriptions", "rds:ListTagsForResource")},
			Change: []Grant{to(eventSubscriptions, "rds:CreateEventSubscription", "rds:ModifyEventSubscription",
				"rds:AddSourceIdentifierToSubscription", "rds:RemoveSourceIdentifierFromSubscription"), rdsTags(eventSubscriptions)},
			Delete: []Grant{to(eventSubscriptions, "rds:DeleteEventSubscription")}},
		{Token: "aws:budgets/budget:Budget",
			Read:   []Grant{to(budgets, "budgets:ViewBudget", "budgets:ListTagsForResource")},
			Change: []Grant{to(budgets, "budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource")},
			Delete: []Grant{to(budgets, "budgets:ModifyBudget")}},
	}
}
