"use strict";exports.id=998,exports.ids=[998],exports.modules={7727:function(_,u,a){a.d(u,{Lt:function(){return r},gx:function(){return t},v6:function(){return o}});function t(n,i){const d=n[i];return typeof d=="string"&&d!==""?d:void 0}function o(n,i){const d=n[i];return(Array.isArray(d)?d:typeof d=="string"?[d]:[]).flatMap(function(h){return h.split(",")}).map(function(h){return h.trim()}).filter(function(h){return h!==""})}function r(n,i){return n[i]===!0}},7998:function(_,u,a){a.r(u),a.d(u,{runInit:function(){return k}});var t=a(1455),o=a(6760),r=a(8208),n=a(1123),i=a(7727);const d="https://raw.githubusercontent.com/belay-dev/belay/v1/dist/schemas";function p({url:e}){return`# yaml-language-server: $schema=${d}/config.schema.json
# Privileged runs read this file from the default branch only. It is the only one that may name a URL or a secret's variable.
apiVersion: belay.dev/v1
kind: Config
providers:
  prod:
    kind: prometheus
    url: ${e}
    # The workflow fills the variable from a secret of the environment "belay". Remove this line if it needs no login.
    auth: {kind: bearer, tokenEnv: PROMETHEUS_TOKEN}
`}function h({name:e}){return`# yaml-language-server: $schema=${d}/release.schema.json
apiVersion: belay.dev/v1
kind: Release
metadata:
  name: ${e}
spec:
  stable:
    version: 1.0.0
    backend: ${e}-a # what the route sends traffic to
    artifacts:
      model:
        uri: s3://models/${e}/1.0.0
        digest: "sha256:${"0".repeat(64)}" # of the artifact; sha256sum prints it
  # To roll a version out, a pull request adds it here with rollout.weight 0, and its backend with weight 0 to serving/${e}.yaml:
  # candidate:
  #   version: 1.1.0
  #   backend: ${e}-b
  #   artifacts:
  #     model: {uri: s3://models/${e}/1.1.0, digest: "sha256:..."}
  rollout:
    strategy: canary
    weight: 0 # Belay's number
    steps:
      - {weight: 1, hold: 30m}
      - {weight: 5, hold: 1h}
      - {weight: 25, hold: 2h}
      - {weight: 100, hold: 24h} # the bake
    deadline: 72h
  health:
    falseRollbackRate: 1% # of healthy rollouts that are rolled back, over all proportion checks and looks together
    checks:
      - name: errors
        kind: proportion
        provider: prod
        bad: sum(increase(predict_errors_total{version="{{version}}"}[{{window}}]))
        total: sum(increase(predict_total{version="{{version}}"}[{{window}}]))
        tolerate: {relative: 10%, absolute: 0.1%} # rolled back when proven worse than stable by more than this
        limit: 2% # and never above this; the bound at 100 %, where there is no stable traffic to compare with
  targets:
    - {kind: gateway-api, file: serving/${e}.yaml, route: ${e}}
`}function y({name:e}){return`apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: ${e}
spec:
  parentRefs:
    - name: gateway
  rules:
    - backendRefs:
        - name: ${e}-a
          port: 8080
          weight: 100
        - name: ${e}-b
          port: 8080
          weight: 0
`}const v={".github/workflows/belay-validate.yml":`# Checks manifests, config and serving files on every pull request. Also on those from forks: it needs no secret and
# writes nothing. Never use pull_request_target for this.
name: Belay validate
on:
  pull_request:

permissions: {}

concurrency:
  group: belay-validate-\${{ github.ref }}
  cancel-in-progress: true # reads only, so a newer push may replace it

jobs:
  validate:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read # check out the pull request
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          fetch-depth: 0 # what the pull request changes is judged against the history of main
          persist-credentials: false
      # Pin it: @<the 40 digits of the release's commit> # v1.0.0, and let Dependabot raise both.
      - uses: belay-dev/belay/actions/validate@v1
`,".github/workflows/belay-advance.yml":`# One tick: looks at every rollout under way and starts, advances, promotes or rolls back, or does nothing. What to do
# follows from the time and from Git, never from how often this ran: a late, lost or doubled run does no harm.
name: Belay advance
on:
  schedule:
    - cron: "3-58/5 * * * *" # not at full hours, when GitHub is busiest
  workflow_dispatch:
  repository_dispatch:
    types: [belay-advance]

permissions: {}

concurrency:
  group: belay-advance
  cancel-in-progress: false # a writer is never cancelled

jobs:
  advance:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    # Holds PROMETHEUS_TOKEN; allow it for the branch main only. No deployment record every five minutes.
    environment: { name: belay, deployment: false }
    permissions:
      contents: write # commit the next weight and its record to main
      pull-requests: write # open and merge the revert pull request when a check proves harm
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          ref: main # a run that waited must not see the main of when it was queued
          fetch-depth: 0 # the records and the last good manifest are read from history
          persist-credentials: false # Belay writes through the API with its own token

      # With GITHUB_TOKEN, Belay's commits start no \`on: push\` workflow, and its pull requests wait for someone to
      # approve their checks. Argo CD and Flux do not mind. If a workflow of yours deploys, or main has required checks,
      # give Belay a GitHub App (contents and pull-requests: write, and on the bypass list of every ruleset of main):
      #
      # - uses: actions/create-github-app-token@bcd2ba49218906704ab6c1aa796996da409d3eb1 # v3.2.0
      #   id: app
      #   with:
      #     client-id: \${{ vars.BELAY_APP_CLIENT_ID }}
      #     private-key: \${{ secrets.BELAY_APP_PRIVATE_KEY }}
      #     permission-contents: write
      #     permission-pull-requests: write
      #
      # and below, \`github-token: \${{ steps.app.outputs.token }}\`; the job itself then needs \`contents: read\` only.

      # Pin it: @<the 40 digits of the release's commit> # v1.0.0, and let Dependabot raise both.
      - uses: belay-dev/belay/actions/advance@v1
        env:
          PROMETHEUS_TOKEN: \${{ secrets.PROMETHEUS_TOKEN }}
`,".github/workflows/belay-rollback.yml":`# Restores the last good manifest at once: asked by a person (Run workflow), or by an alert through repository_dispatch:
#
#   POST /repos/acme/fraud-scorer/dispatches
#   {"event_type": "belay-rollback",
#    "client_payload": {"release": "fraud-scorer", "reason": "alert FraudScorerErrors"}}
#
# An alert only asks Belay to look now: it rolls back when the checks prove harm. A person's word is enough.
name: Belay rollback
on:
  workflow_dispatch:
    inputs:
      release:
        description: Release to roll back
        type: choice
        options: [fraud-scorer]
        required: true
      reason:
        description: Why, in one line
        type: string
        required: true
      from:
        description: Only when this version is tried or served; needed to leave a promoted version
        type: string
  repository_dispatch:
    types: [belay-rollback]

permissions: {}

# Not the group of belay-advance: a rollback must never wait behind a tick, nor replace one.
concurrency:
  group: belay-rollback-\${{ inputs.release || github.event.client_payload.release }}
  cancel-in-progress: false # a writer is never cancelled

jobs:
  rollback:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    environment: { name: belay, deployment: false } # holds PROMETHEUS_TOKEN, for if-failing
    permissions:
      contents: write # write the last good manifest to a branch, and merge it
      pull-requests: write # open the revert pull request
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          ref: main # the newest, not what main was when the run was asked for
          fetch-depth: 0 # the last good manifest is read from history
          persist-credentials: false # Belay writes through the API with its own token
      # A GitHub App token goes in here as in belay-advance.yml. Pin it as there.
      - uses: belay-dev/belay/actions/rollback@v1
        with:
          release: \${{ inputs.release || github.event.client_payload.release }}
          reason: \${{ inputs.reason || github.event.client_payload.reason }}
          from: \${{ inputs.from }}
          if-failing: \${{ github.event_name == 'repository_dispatch' }}
        env:
          PROMETHEUS_TOKEN: \${{ secrets.PROMETHEUS_TOKEN }}
`},g=/^[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?$/;async function k({flags:e},s){const c=(0,o.resolve)(s.cwd,(0,i.gx)(e,"dir")??"."),l=(0,i.gx)(e,"release")??"my-model",m=(0,i.gx)(e,"prometheus")??"https://prometheus.example.com",b=(0,i.gx)(e,"branch")??"main";f({name:l,url:m,branch:b});const T={[n.tF]:p({url:m}),[`releases/${l}.yaml`]:h({name:l}),[`serving/${l}.yaml`]:y({name:l}),...Object.fromEntries(Object.entries(v).map(function([w,O]){return[w,$(O,{name:l,branch:b})]}))},x=[],A=[];for(const[w,O]of Object.entries(T))(await P(c,w,O)?x:A).push(w);return{exitCode:0,text:`${[...x.map(function(w){return`wrote ${w}`}),...A.map(function(w){return`kept  ${w} (it was there already)`}),`next: put your version, digest, queries and route into releases/${l}.yaml and serving/${l}.yaml, then run "belay validate"`].join(`
`)}
`,json:{written:x,kept:A},summary:"",problems:[],outputs:{}}}function f({name:e,url:s,branch:c}){if(!g.test(e))throw E(`--release: expected lower-case letters, digits and dashes, got "${e}"`);if(!/^https?:\/\/[^\s"'#?@]+$/.test(s))throw E(`--prometheus: expected an http(s) URL without user, query or fragment, got "${s}"`);if(!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/.test(c))throw E(`--branch: expected a branch name, got "${c}"`)}function $(e,{name:s,branch:c}){return e.replaceAll("fraud-scorer",s).replace(/\bref: main\b/g,`ref: ${c}`)}async function P(e,s,c){const l=(0,o.join)(e,s);await(0,t.mkdir)((0,o.dirname)(l),{recursive:!0});try{return await(0,t.writeFile)(l,c,{flag:"wx"}),!0}catch(m){if(m instanceof Error&&"code"in m&&m.code==="EEXIST")return!1;throw m}}function E(e){return new r.v4({code:"REFUSED",message:`init: ${e}`})}},1123:function(_,u,a){a.d(u,{Qn:function(){return v},tF:function(){return g},vd:function(){return k}});var t=a(1469),o=a(1892),r=a(2112);const n=function(f){return t.YjP().regex(/^[A-Z][A-Z0-9_]{0,63}$/).register(r.z4,{expected:"the name of an environment variable, like PROMETHEUS_TOKEN",isPrivate:!0}).meta({description:f})},i=function(){return t.gMt("kind",[t.rej({kind:t.euz("bearer").meta({description:"A bearer token."}),tokenEnv:n("Environment variable that holds the token.")}).meta({description:"A bearer token."}),t.rej({kind:t.euz("basic").meta({description:"User name and password."}),usernameEnv:n("Environment variable that holds the user name."),passwordEnv:n("Environment variable that holds the password.")}).meta({description:"User name and password."})])},d=function(){return r.dw.optional().meta({description:"A newest sample older than this is no sample. Default 5m."})},p=function(){return t.rej({kind:t.euz("prometheus").meta({description:"A server that answers the Prometheus HTTP API."}),url:t.OZ5({protocol:/^https?$/}).regex(/^https?:\/\/[^\s@?#]+$/).register(r.z4,{expected:"an http(s) URL without user, query or fragment",isPrivate:!0}).meta({description:"Base URL of the Prometheus API, e.g. https://prometheus.acme.dev"}),auth:i().optional().meta({description:"How the server knows us. Default: not at all."}),tenant:t.YjP().regex(/^[A-Za-z0-9._-]{1,128}$/).register(r.z4,{expected:"a tenant id of letters, digits, dots, dashes and underscores"}).optional().meta({description:"Value of the X-Scope-OrgID header (Mimir, Cortex, Thanos)."}),timeout:r.dw.optional().meta({description:"Per query. Default 10s."}),maxStaleness:d()}).meta({description:"Prometheus or anything that answers its HTTP API."})},h=function(){return t.rej({kind:t.euz("openmetrics").meta({description:"Recorded history in a file."}),file:r.UA.meta({description:"An OpenMetrics text file with timestamps."}),maxStaleness:d()}).meta({description:"Recorded history: replays a rollout without a server."})},y=function(){return t.g1P(r.SX,t.gMt("kind",[p(),h()])).refine(function(f){return Object.keys(f).length>0},{error:"must name at least one provider",params:{code:"VALUE_INCOMPLETE"}}).register(r.z4,{expected:"a map of providers by name, such as prod: {kind: prometheus, url: …}"}).meta({description:"The metrics sources that manifests may name."})},v=(0,o.q)(function(){return t.rej({apiVersion:t.euz("belay.dev/v1").meta({description:"Version of this format."}),kind:t.euz("Config").meta({description:"The config of Belay in this repository."}),releases:t.YOg(r.UA).min(1).max(50).optional().meta({description:"Folders that hold release manifests (*.yaml, *.yml, not their subfolders). Default releases."}),providers:y(),advance:t.rej({mode:t.k5n(["commit","pull-request"]).meta({description:"commit: straight to the default branch. pull-request: one per step, for protected branches."})}).optional().meta({description:"How a step reaches the default branch. Default: mode commit."}),merge:t.rej({method:t.k5n(["merge","squash","rebase"]).meta({description:"How Belay merges its own pull requests. Default merge."})}).optional().meta({description:"How pull requests of Belay are merged."})}).meta({title:"Belay config",description:"Providers and how Belay works in this repository."})}),g=".belay/config.yaml",k=".belay/records"},1892:function(_,u,a){a.d(u,{q:function(){return t}});function t(o){let r;return function(){return r??={value:o()},r.value}}},2112:function(_,u,a){a.d(u,{JU:function(){return g},LP:function(){return y},N1:function(){return P},SX:function(){return v},UA:function(){return f},XK:function(){return E},ZH:function(){return h},dw:function(){return d},ed:function(){return $},wj:function(){return p},z4:function(){return n}});var t=a(9396),o=a(1469),r=a(4680);const n=t.u5(),i=366*864e5,d=o.YjP().regex(/^(?=\d)(?:\d{1,9}d)?(?:\d{1,9}h)?(?:\d{1,9}m)?(?:\d{1,9}s)?$/).refine(function(e){return((0,r.E9)(e)??0)<=i},{error:"must be at most 366d",params:{code:"VALUE_OUT_OF_RANGE"}}).transform(function(e){return(0,r.E9)(e)??(0,r.ne)(0)}).register(n,{expected:"a duration like 30m, 1h30m or 3d"}).meta({description:"A length of time: days, hours, minutes, seconds in this order, e.g. 30m, 1h30m, 3d."}),p=o.YjP().regex(/^(?:0|[1-9]\d{0,3})(?:\.\d{1,6})?%$/).transform(function(e){return Number(e.slice(0,-1))/100}).register(n,{expected:"a percentage with its sign, like 2% or 0.5%"}).meta({description:"A percentage with its sign, e.g. 2% or 0.5%."}),h=p.refine(function(e){return e>0&&e<.5},{error:"must be more than 0% and less than 50%",params:{code:"VALUE_OUT_OF_RANGE"}}).transform(function(e){return(0,r.E5)(e)}).register(n,{expected:"a percentage with its sign, like 1%"}),y=o.aig().min(0).max(100).transform(function(e){return(0,r.KN)(e)}).register(n,{expected:"a number from 0 to 100, in percent"}).meta({description:"Share of traffic in percent, 0 to 100."}),v=o.YjP().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/).register(n,{expected:"a name like fraud-scorer",must:"must match ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ (lower-case letters, digits, dashes)",code:"SEC-02"}),g=o.YjP().regex(/^[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,126}[A-Za-z0-9])?$/).register(n,{expected:"a word like 3.5.0 or fraud-scorer-b",must:"must match ^[A-Za-z0-9]([A-Za-z0-9._+-]{0,126}[A-Za-z0-9])?$ (letters, digits, and ._+- between)",code:"SEC-02"}),k=/^(?!\.[gG][iI][tT][hH][uU][bB](?:\/|$))(?!.*(?:^|\/)(?:\.{0,2}|\.[gG][iI][tT])(?:\/|$))[^-\n\r\t\\:*?"<>|][^\n\r\t\\:*?"<>|]*$/,f=o.YjP().max(255).regex(k).register(n,{expected:"a path inside the repository like serving/fraud-scorer.yaml",must:'must be a path inside the repository: no leading or trailing /, no ".." or ".", no \\ : * ? " < > |, not below .git or .github',code:"SEC-09"}).meta({description:"A path inside the repository, with forward slashes."}),$=o.YjP().regex(/^sha256:[0-9a-f]{64}$/).transform(function(e){return(0,r.br)(e)}).register(n,{expected:"sha256: and 64 lower-case hex digits"}),P=o.YjP().min(1).max(500).regex(/^[^\n\r]*$/).register(n,{expected:"one line of text"}),E=o.YjP().min(1).max(4e3).register(n,{expected:"a query"}).meta({description:"A query in the provider’s language. {{version}}, {{backend}}, {{release}} and {{window}} are filled in; it must give one series."})},4680:function(_,u,a){a.d(u,{E5:function(){return r},E9:function(){return k},KN:function(){return o},Pl:function(){return h},a3:function(){return f},br:function(){return p},hW:function(){return d},l9:function(){return E},nV:function(){return P},ne:function(){return n},r4:function(){return $},uR:function(){return i},vk:function(){return y}});class t extends RangeError{constructor(s,c,l){super(`${s}: expected ${c}, got ${String(l)}`),this.name="UnitError"}}function o(e){if(!(e>=0&&e<=100))throw new t("percent","0 to 100",e);return e}function r(e){if(!(e>=0&&e<=1))throw new t("probability","0 to 1",e);return e}function n(e){if(!(e>=0&&Number.isFinite(e)))throw new t("millis","a finite number ≥ 0",e);return e}function i(e){if(!Number.isFinite(e))throw new t("instant","a finite number",e);return e}function d(e){if(!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(e))throw new t("sha","40 or 64 hex digits",e);return e}function p(e){if(!/^sha256:[0-9a-f]{64}$/.test(e))throw new t("digest","sha256: and 64 hex digits",e);return e}function h(e,s){return i(e+s)}function y(e,s){return n(Math.max(0,s-e))}const v=/^(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/,g=[864e5,36e5,6e4,1e3];function k(e){const s=v.exec(e);if(!s)return;const c=g.reduce(function(l,m,b){return l+m*Number(s[b+1]??0)},0);return Number.isSafeInteger(c)?n(c):void 0}function f(e){let s=Math.round(e/1e3)*1e3;const c=[];for(const[l,m]of g.entries()){const b=Math.floor(s/m);s-=b*m,b>0&&c.push(`${b}${"dhms"[l]}`)}return c.join("")||"0s"}function $(e){return new Date(e).toISOString().replace(".000Z","Z")}function P(e){if(!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(e))return;const s=Date.parse(e);if(!(Number.isNaN(s)||!new Date(s).toISOString().startsWith(e.slice(0,19))))return i(s)}function E(e){return`${Number(e.toFixed(4))}%`}}};
