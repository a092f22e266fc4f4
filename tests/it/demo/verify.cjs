// A receiver of webhooks made with `standardwebhooks` of npm: says of each message whether it trusts it.
//
// Standard input: JSON, a list of {"secret", "headers", "body", "later_s"}. Standard output: a list of true and false.
const { Webhook, WebhookVerificationError } = require("standardwebhooks");
const { readFileSync } = require("node:fs");

const now = Date.now;

function verified({ secret, headers, body, later_s }) {
  Date.now = () => now() + later_s * 1000;
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch (e) {
    if (e instanceof WebhookVerificationError) return false;
    throw e;
  }
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(verified)));
