// Says of each request on standard input whether its role's policies allow it, by an evaluation of IAM that is not ours.
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"

const { runSimulation } = createRequire(`${process.argv[2]}/package.json`)("@cloud-copilot/iam-simulate")
// A key answers to its own policy first: here, as by default, it leaves everything to the account's policies.
const account = { AWS: "arn:aws:iam::123456789012:root" }
const keyPolicy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: account, Action: "kms:*", Resource: "*" }] }
const results = []
for (const { role, action, resource, context, policies } of JSON.parse(readFileSync(0))) {
  const response = await runSimulation({
    request: {
      principal: `arn:aws:sts::123456789012:assumed-role/${role}/run`,
      action,
      resource: { resource, accountId: "123456789012" },
      contextVariables: context ?? {},
    },
    identityPolicies: policies.map((policy, i) => ({ name: `${i}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: resource.includes(":key/") ? keyPolicy : undefined,
  }, {})
  results.push(response.overallResult ?? JSON.stringify(response))
}
console.log(JSON.stringify(results))
