"""A receiver of webhooks made with `standardwebhooks` of pip: says of each message whether it trusts it.

Standard input: JSON, a list of {"secret", "headers", "body", "later_s"}. Standard output: a list of true and false.
"""

import datetime
import json
import sys

import standardwebhooks.webhooks as library

REAL = datetime.datetime


def verified(message):
    class Later(REAL):
        @classmethod
        def now(cls, tz=None):
            return REAL.now(tz) + datetime.timedelta(seconds=message["later_s"])

    library.datetime = Later
    try:
        library.Webhook(message["secret"]).verify(message["body"], message["headers"])
        return True
    except library.WebhookVerificationError:
        return False


print(json.dumps([verified(message) for message in json.load(sys.stdin)]))
