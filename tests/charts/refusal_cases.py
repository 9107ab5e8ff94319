"""Values that the chart refuses, each with a part of the sentence that says why."""

from __future__ import annotations

SCENARIOS = {
    "home": "home",
    "growing home": "home",
    "bare home": "home",
    "no home": "home",
    "production": "production",
    "dev": "dev",
    "given twice": "inline",
}
"""Cases of one group are rendered together: whatever is wrong is said at once."""
CASES = {
    "no secret at all": (
        "left out",
        ["global.existingSecret=null"],
        ["no Secret is named", "set global.existingSecret", "openssl rand -hex 32"],
    ),
    "a store that is not named": (
        "left out",
        ["auth.secretKeys=null"],
        ["auth: AUTH_STORE is missing", "auth.existingSecret and auth.secretKeys.AUTH_STORE"],
    ),
    "no way for mails": (
        "left out",
        ["notifier.settings.NOTIFIER_MAIL=null"],
        ["notifier: NOTIFIER_MAIL is missing", "sendgrid: or smtp:"],
    ),
    "no place for receipts": ("left out", ["expenses.settings.RECEIPTS=null"], ["expenses: RECEIPTS is missing"]),
    "keys of no Secret": (
        "left out",
        ["budgets.existingSecret=null"],
        ["budgets.secretKeys names keys of a Secret, but no Secret is named"],
    ),
    "an address with a path": (
        "left out",
        ["global.url=https://example.com/outlay"],
        ["which is not the address of a site", "without a path"],
    ),
    "a misspelt setting": (
        "left out",
        ["auth.settings.AUTH_RATE_LIMIT_FACTR=2"],
        ["AUTH_RATE_LIMIT_FACTR is not a setting of auth", "AUTH_RATE_LIMIT_FACTOR"],
    ),
    "a misspelt setting for all": (
        "left out",
        ["global.settings.OUTLAY_LOGLEVEL=debug"],
        ["OUTLAY_LOGLEVEL is not a setting of any service"],
    ),
    "a setting of another service": ("left out", ["auth.settings.NOTIFIER_FROM=a@b"], ["NOTIFIER_FROM is not a setting of auth"]),
    "killed while it answers": (
        "left out",
        ["auth.graceSeconds=8"],
        ["would be killed while it is still answering", "auth.graceSeconds to 17"],
    ),
    "the newest image, whichever that is": (
        "left out",
        ["global.image.tag=latest"],
        ["the tag latest may mean a different image every day"],
    ),
    "metrics at the public port": (
        "left out",
        ["gateway.managementPort=8000"],
        ["gateway.managementPort is 8000, the same as gateway.port, which is public"],
    ),
    "metrics at no port": ("production", ["gateway.managementPort=0"], ["but no port serves them. Set gateway.managementPort"]),
    "no broker": (
        "left open",
        ["global.secretKeys.OUTLAY_BUS="],
        ["auth: OUTLAY_BUS is missing (no broker", "gateway: OUTLAY_BUS is missing"],
    ),
    "an address that is missing": ("left open", ["global.url="], ["global.url is missing", "https://outlay.example.com"]),
    "a password in the open": (
        "left open",
        ["budgets.secretKeys=null", "budgets.settings.BUDGETS_DB=mysql+pymysql://a:b@c/d"],
        ["BUDGETS_DB contains a password", "budgets.secretKeys.BUDGETS_DB"],
    ),
    "a key in the open": (
        "left open",
        ["global.settings.OUTLAY_DATA_KEY=00", "global.secretKeys.OUTLAY_DATA_KEY="],
        ["OUTLAY_DATA_KEY is a secret"],
    ),
    "the same thing twice": ("left open", ["auth.settings.AUTH_STORE=cloudants://a/b"], ["AUTH_STORE is set twice"]),
    "receipts in a folder": (
        "left open",
        ["expenses.settings.RECEIPTS=file:/tmp"],
        ["RECEIPTS stores data in a file that disappears with the pod"],
    ),
    "no version of the image": ("left open", ["global.image.tag="], ["the version of the image is missing. Set global.image.tag"]),
    "an embedded store": (
        "embedded",
        ["auth.secretKeys=null", "auth.settings.AUTH_STORE=sqlite:////data/auth.db"],
        ["AUTH_STORE stores data in a file that disappears with the pod", "global.mode=home"],
    ),
    "an embedded store with two pods": (
        "embedded twice",
        [
            "auth.secretKeys=null",
            "auth.settings.AUTH_STORE=sqlite:////data/auth.db",
            "auth.persistence.enabled=true",
            "auth.serve.strategy=Recreate",
        ],
        ["an embedded store for a single pod, but 3 are requested", "auth.serve.replicas to 1"],
    ),
    "a misspelt value": ("misspelt", ["auth.serve.replcas=3"], ["replcas", "not allowed"]),
    "a misspelt service": ("misspelt", ["budget.serve.replicas=3"], ["budget", "not allowed"]),
    "a number that is none": ("misspelt", ["auth.serve.replicas=many"], ["replicas", "got string, want null or integer"]),
    "a mode that there is not": ("misspelt", ["global.mode=one"], ["mode", "'services', 'home'"]),
    "receipts that need more than the pod has": (
        "left out",
        ["expenses.settings.RECEIPTS_MEMORY=700"],
        ["with RECEIPTS_MEMORY=700 MB", "but its pod may use 1408Mi", "limits.memory to 1784Mi"],
    ),
    "mails of an unknown kind": (
        "left open",
        ["notifier.settings.NOTIFIER_MAIL=mailgun:"],
        ["NOTIFIER_MAIL is not valid for notifier", "sendgrid:, smtp://"],
    ),
    "a log level that there is not": (
        "left open",
        ["global.settings.OUTLAY_LOG_LEVEL=verbose"],
        ["auth: OUTLAY_LOG_LEVEL is not valid for auth. Use debug, info, warning or error", "gateway: OUTLAY_LOG_LEVEL"],
    ),
    "receipts of an unknown kind": (
        "unknown",
        ["expenses.settings.RECEIPTS=s3://here"],
        ["RECEIPTS is not valid for expenses", "cos://<bucket>?endpoint="],
    ),
    "a tag that is none": ("unknown", ["global.image.tag=1.0:2"], ['the tag "1.0:2" is not valid']),
    "a registry with a scheme": (
        "unknown",
        ["global.image.registry=https://icr.io/outlay"],
        ["cannot be the start of an image's name", "icr.io/my-namespace"],
    ),
    "a host that is no name": (
        "unknown",
        ["global.url=http://10.0.0.1", "ingress.enabled=true"],
        ["global.url names 10.0.0.1, but an Ingress or HTTPRoute needs a name"],
    ),
    "SendGrid without its key": (
        "by halves",
        ["notifier.secretKeys.SENDGRID_API_KEY=null"],
        ["NOTIFIER_MAIL needs SENDGRID_API_KEY"],
    ),
    "a bucket without its keys": (
        "by halves",
        ["expenses.secretKeys.COS_ACCESS_KEY=null"],
        ["RECEIPTS needs COS_ACCESS_KEY and COS_SECRET_KEY, or COS_API_KEY"],
    ),
    "links without a key to sign them": (
        "by halves",
        ["expenses.settings.RECEIPTS_DOWNLOADS=presigned"],
        ["RECEIPTS_DOWNLOADS needs COS_ACCESS_KEY and COS_SECRET_KEY"],
    ),
    "Watson by halves": (
        "by halves",
        ["assistant.settings.WATSON_URL=https://api.example.com"],
        [
            "WATSON_URL needs WATSON_ASSISTANT_ID and WATSON_ENVIRONMENT_ID",
            "WATSON_URL needs WATSON_APIKEY, or WATSON_CP4D_URL and",
        ],
    ),
    "Watson at no address": ("left open", ["assistant.settings.WATSON_URL=watson"], ["WATSON_URL is not valid for assistant"]),
    "an assistant that works": ("by halves", ["assistant.work.enabled=true"], ["assistant: it has no work process"]),
    "mails from nobody": ("by halves", ["notifier.settings.NOTIFIER_FROM=null"], ["NOTIFIER_MAIL needs NOTIFIER_FROM"]),
    "more asked for than may be taken": (
        "by halves",
        ["auth.serve.resources.requests.memory=2Gi"],
        ["serve requests 2Gi of memory but is limited to 384Mi"],
    ),
    "root that may not be root": (
        "by halves",
        ["auth.podSecurityContext.runAsUser=0"],
        ["runAsUser is 0, which is root", "keep auth.podSecurityContext.runAsUser"],
    ),
    "all pods away at once": ("by halves", ["auth.pdb.maxUnavailable=2"], ["all 2 pods of serve could be stopped at once"]),
    "events that nobody handles": (
        "by halves",
        ["budgets.work.enabled=false"],
        ["nothing would handle the events in budgets.spending, budgets.people"],
    ),
    "a worker that there is not": ("by halves", ["gateway.work.enabled=true"], ["gateway: it has no work process"]),
    "a peer that there is not": (
        "by halves",
        ["auth.serve.to={documents,brokr}"],
        ["auth.serve.to names brokr", "Known are assistant,"],
    ),
    "a service that is off": (
        "unknown",
        ["notifier.enabled=false"],
        ["gateway: it asks notifier at http://outlay-notifier:8000, but notifier is not part of the release"],
    ),
    "a service at another port": (
        "by halves",
        ["budgets.port=9000"],
        ["but budgets listens on 9000", "gateway.settings.BUDGETS_URL to http://outlay-budgets:9000"],
    ),
    "what the chart says itself": (
        "by halves",
        ["auth.settings.OUTLAY_PORT=9000"],
        ["OUTLAY_PORT is set by the chart. Set auth.port instead"],
    ),
    "time that does not fit": (
        "by halves",
        ["expenses.settings.OUTLAY_LEAVE_SECONDS=20"],
        ["expenses: a pod would be killed", "graceSeconds to 35"],
    ),
    "a volume that is nowhere": (
        "by halves",
        ["auth.extraVolumeMounts[0].name=nope,auth.extraVolumeMounts[0].mountPath=/x"],
        ["mounts nope, which is not in auth.extraVolumes"],
    ),
    "two versions of an image": (
        "by halves",
        ["auth.image.tag=2.0.0,auth.image.digest=sha256:" + 64 * "0"],
        ["auth.image.tag and auth.image.digest are both set"],
    ),
    "secrets in two places": (
        "given twice",
        ["global.existingSecret=outlay"],
        ["global: OUTLAY_BUS is set twice, in global.secrets and by global.existingSecret"],
    ),
    "a secret in two places": (
        "given twice",
        ["auth.existingSecret=outlay-auth", "auth.secretKeys.AUTH_STORE=store"],
        ["auth: AUTH_STORE is set twice, in auth.secrets"],
    ),
    "a Secret without keys": (
        "given twice",
        ["budgets.existingSecret=theirs"],
        ["budgets.existingSecret names a Secret, but not which keys"],
    ),
    "a broker that is off": (
        "dev",
        ["dev.rabbitmq.enabled=false"],
        ["OUTLAY_BUS comes from the Secret outlay-dev", "Set dev.rabbitmq.enabled to true"],
    ),
    "a mail server that is off": (
        "dev",
        ["dev.mail.enabled=false"],
        ["NOTIFIER_MAIL refers to the mail of the release, which is off"],
    ),
    "stores that are not there yet": (
        "dev",
        ["global.migrate=hook"],
        ["does not exist yet when a hook runs. Set global.migrate to pods"],
    ),
    "a home without a volume": (
        "bare home",
        ["home.persistence.enabled=false"],
        ["home: it has no volume, and AUTH_STORE", "home.persistence.enabled to true"],
    ),
    "no home at all": ("no home", ["home.enabled=false"], ["home.enabled is false, so nothing would be installed"]),
    "a quantity with a wrong unit": (
        "misspelt",
        ["auth.serve.resources.limits.cpu=100x"],
        ["/serve/resources/limits/cpu", "does not match"],
    ),
    "a misspelt reference": ("misspelt", ["route.parentRefs[0].name=a,route.parentRefs[0].naespace=b"], ["'naespace' not allowed"]),
    "a misspelt context": ("misspelt", ["auth.podSecurityContext.runAsRoot=true"], ["'runAsRoot' not allowed"]),
    "two homes": (
        "home",
        ["home.serve.replicas=2"],
        ["on one volume for a single pod, but 2 are requested", "home.serve.replicas to 1"],
    ),
    "a home that rolls": ("home", ["home.serve.strategy=RollingUpdate"], ["home.serve.strategy to Recreate"]),
    "a certificate for plain HTTP": ("home", ["global.url=http://outlay.example.com"], ["ingress.tlsSecret has a certificate"]),
    "a home that grows": ("growing home", ["home.serve.autoscaling.enabled=true"], ["on one volume for a single pod"]),
    "two ways to scale": ("production", ["budgets.work.autoscaling.enabled=true"], ["scaled by CPU and by its queues at once"]),
    "the most below the least": ("production", ["auth.serve.autoscaling.max=2"], ["auth.serve.autoscaling.max is less than min"]),
    "queues that are not named": ("production", ["auth.work.keda.enabled=true"], ["auth.work.queues names none"]),
    "a route to nowhere": ("production", ["route.parentRefs=null"], ["route.parentRefs is empty"]),
}
