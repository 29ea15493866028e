// Says of each request on standard input whether its role's policies, or the trust policy of a role, allow it, by an evaluation
// of IAM that is not ours.
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"

const { runSimulation } = createRequire(`${process.argv[2]}/package.json`)("@cloud-copilot/iam-simulate")
// A key answers to its own policy first: here, as by default, it leaves everything to the account's policies.
const account = { AWS: "arn:aws:iam::123456789012:root" }
const keyPolicy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: account, Action: "kms:*", Resource: "*" }] }
// The evaluator takes the subject and the audience of the issuers alone that AWS lists them of; Google's is one.
const known = (value) => JSON.parse(JSON.stringify(value).replace(/"token\.actions\.githubusercontent\.com:(sub|aud)"/g, '"accounts.google.com:$1"'))

const results = []
for (const { role, federated, action, resource, context, policies, trust } of JSON.parse(readFileSync(0))) {
  const response = await runSimulation({
    request: {
      principal: federated ?? `arn:aws:sts::123456789012:assumed-role/${role}/run`,
      action,
      resource: { resource, accountId: "123456789012" },
      contextVariables: known(context ?? {}),
    },
    identityPolicies: (policies ?? []).map((policy, i) => ({ name: `${i}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: trust ? known(trust) : resource.includes(":key/") ? keyPolicy : undefined,
  }, {})
  results.push(response.overallResult ?? JSON.stringify(response))
}
console.log(JSON.stringify(results))
