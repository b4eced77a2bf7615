"use strict";exports.id=998,exports.ids=[998],exports.modules={7727:function($,m,a){a.d(m,{Lt:function(){return r},gx:function(){return t},v6:function(){return s}});function t(n,d){const l=n[d];return typeof l=="string"&&l!==""?l:void 0}function s(n,d){const l=n[d];return(Array.isArray(l)?l:typeof l=="string"?[l]:[]).flatMap(function(h){return h.split(",")}).map(function(h){return h.trim()}).filter(function(h){return h!==""})}function r(n,d){return n[d]===!0}},7998:function($,m,a){a.r(m),a.d(m,{runInit:function(){return A}});var t=a(1455),s=a(6760),r=a(8208),n=a(1123),d=a(7727);function l(e,c){return`https://raw.githubusercontent.com/belay-dev/belay/${e}/dist/schemas/${c}.schema.json`}function y({url:e,ref:c}){return`# yaml-language-server: $schema=${l(c,"config")}
# Privileged runs read this file from the default branch only. It is the only one that may name a URL or a secret's variable.
apiVersion: belay.dev/v1
kind: Config
providers:
  prod:
    kind: prometheus
    url: ${e}
    # The workflow fills the variable from a secret of the environment "belay". Remove this line if it needs no login.
    auth: {kind: bearer, tokenEnv: PROMETHEUS_TOKEN}
`}function h({name:e,ref:c}){return`# yaml-language-server: $schema=${l(c,"release")}
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
  # To roll a version out, a pull request adds it here with rollout.weight 0; its backend must stand with weight 0 in serving/${e}.yaml:
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
    falseRollbackRate: 1% # of healthy rollouts that are rolled back, over all checks and looks together
    checks:
      - name: errors
        kind: proportion
        provider: prod
        bad: sum(increase(predict_errors_total{version="{{version}}"}[{{window}}]))
        total: sum(increase(predict_total{version="{{version}}"}[{{window}}]))
        tolerate: {relative: 10%, absolute: 0.1%} # rolled back when proven worse than stable by more than this
        safe: {relative: 25%, absolute: 0.25%} # goes on when proven not worse than stable by more than this
        limit: 2% # and never above this; the bound at 100 %, where there is no stable traffic to compare with
  targets:
    - {kind: gateway-api, file: serving/${e}.yaml, route: ${e}}
`}function b({name:e}){return`apiVersion: gateway.networking.k8s.io/v1
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
`}const w={".github/workflows/belay-validate.yml":`# Checks manifests, config and serving files on every pull request. Also on those from forks: it needs no secret and
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
      # Not tagged yet: put the 40 digits of a commit of Belay in the place of v1; \`belay init --ref\` does.
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

      # Not tagged yet: put the 40 digits of a commit of Belay in the place of v1; \`belay init --ref\` does.
      - uses: belay-dev/belay/actions/advance@v1
        env:
          PROMETHEUS_TOKEN: \${{ secrets.PROMETHEUS_TOKEN }}
`,".github/workflows/belay-rollback.yml":`# Restores the last good manifest at once: asked by a person (Run workflow), or by an alert through repository_dispatch:
#
#   POST /repos/acme/fraud-scorer/dispatches
#   {"event_type": "belay-rollback",
#    "client_payload": {"release": "fraud-scorer", "reason": "alert HighErrorRate"}}
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
  queue: max # nor is one that waits: an alert must not take the place of a person's order

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
      # A GitHub App token goes in here as in belay-advance.yml, and the commit in the place of v1.
      - uses: belay-dev/belay/actions/rollback@v1
        with:
          release: \${{ inputs.release || github.event.client_payload.release }}
          reason: \${{ inputs.reason || github.event.client_payload.reason }}
          from: \${{ inputs.from }}
          if-failing: \${{ github.event_name == 'repository_dispatch' }}
        env:
          PROMETHEUS_TOKEN: \${{ secrets.PROMETHEUS_TOKEN }}
`};var k=a(5254);const E=/^[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?$/,u="v1";async function A({flags:e},c){const p=(0,s.resolve)(c.cwd,(0,d.gx)(e,"dir")??"."),i=(0,d.gx)(e,"release")??"my-model",f=(0,d.gx)(e,"prometheus")??"https://prometheus.example.com",z=(0,d.gx)(e,"branch")??"main",v=(0,d.gx)(e,"ref")??u;x({name:i,url:f,branch:z,ref:v});const j={[n.tF]:y({url:f,ref:v}),[`releases/${i}.yaml`]:h({name:i,ref:v}),[`serving/${i}.yaml`]:b({name:i}),...Object.fromEntries(Object.entries(w).map(function([g,R]){return[g,P(R,{name:i,branch:z,ref:v})]}))},O=[],T=[];for(const[g,R]of Object.entries(j))(await _(p,g,R)?O:T).push(g);return{exitCode:0,text:`${[...O.map(function(g){return`wrote ${g}`}),...T.map(function(g){return`kept  ${g} (it was there already)`}),...v===u&&k.x.startsWith("0.")?[`note: the workflows run belay-dev/belay@${v}, which is not tagged yet: write them with --ref and the 40 digits of a commit, or put those there`]:[],`next: put your version, digest, queries and route into releases/${i}.yaml and serving/${i}.yaml, then run "belay validate"`].join(`
`)}
`,json:{written:O,kept:T},summary:"",problems:[],outputs:{}}}function x({name:e,url:c,branch:p,ref:i}){if(!E.test(e))throw o(`--release: expected lower-case letters, digits and dashes, got "${e}"`);if(!/^https?:\/\/[^\s"'#?@]+$/.test(c))throw o(`--prometheus: expected an http(s) URL without user, query or fragment, got "${c}"`);if(!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/.test(p))throw o(`--branch: expected a branch name, got "${p}"`);if(!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/.test(i))throw o(`--ref: expected a tag or the 40 digits of a commit of Belay, got "${i}"`)}function P(e,{name:c,branch:p,ref:i}){return(i===u?e:e.replace(/^ *# Not tagged yet: .*\n/gm,"")).replaceAll("fraud-scorer",c).replace(/\bref: main\b/g,`ref: ${p}`).replace(/(uses: belay-dev\/belay\/actions\/[a-z]+)@v1$/gm,`$1@${i}`)}async function _(e,c,p){const i=(0,s.join)(e,c);await(0,t.mkdir)((0,s.dirname)(i),{recursive:!0});try{return await(0,t.writeFile)(i,p,{flag:"wx"}),!0}catch(f){if(f instanceof Error&&"code"in f&&f.code==="EEXIST")return!1;throw f}}function o(e){return new r.v4({code:"REFUSED",message:`init: ${e}`})}},1123:function($,m,a){a.d(m,{Qn:function(){return w},tF:function(){return k},vd:function(){return E}});var t=a(1469),s=a(1892),r=a(2112);const n=function(u){return t.YjP().regex(/^[A-Z][A-Z0-9_]{0,63}$/).register(r.z4,{expected:"the name of an environment variable, like PROMETHEUS_TOKEN",isPrivate:!0}).meta({description:u})},d=function(){return t.gMt("kind",[t.rej({kind:t.euz("bearer").meta({description:"A bearer token."}),tokenEnv:n("Environment variable that holds the token.")}).meta({description:"A bearer token."}),t.rej({kind:t.euz("basic").meta({description:"User name and password."}),usernameEnv:n("Environment variable that holds the user name."),passwordEnv:n("Environment variable that holds the password.")}).meta({description:"User name and password."})])},l=function(){return r.dw.optional().meta({description:"A newest sample older than this is no sample. Default 5m."})},y=function(){return t.rej({kind:t.euz("prometheus").meta({description:"A server that answers the Prometheus HTTP API."}),url:t.OZ5({protocol:/^https?$/}).regex(/^https?:\/\/[^\s@?#]+$/).register(r.z4,{expected:"an http(s) URL without user, query or fragment",isPrivate:!0}).meta({description:"Base URL of the Prometheus API, e.g. https://prometheus.acme.dev"}),auth:d().optional().meta({description:"How the server knows us. Default: not at all."}),tenant:t.YjP().regex(/^[A-Za-z0-9._-]{1,128}$/).register(r.z4,{expected:"a tenant id of letters, digits, dots, dashes and underscores"}).optional().meta({description:"Value of the X-Scope-OrgID header (Mimir, Cortex, Thanos)."}),timeout:r.dw.optional().meta({description:"Per query. Default 10s."}),maxStaleness:l()}).meta({description:"Prometheus or anything that answers its HTTP API."})},h=function(){return t.rej({kind:t.euz("openmetrics").meta({description:"Recorded history in a file."}),file:r.UA.meta({description:"An OpenMetrics text file with timestamps."}),maxStaleness:l()}).meta({description:"Recorded history: replays a rollout without a server."})},b=function(){return t.g1P(r.SX,t.gMt("kind",[y(),h()])).refine(function(u){return Object.keys(u).length>0},{error:"must name at least one provider",params:{code:"VALUE_INCOMPLETE"}}).register(r.z4,{expected:"a map of providers by name, such as prod: {kind: prometheus, url: …}"}).meta({description:"The metrics sources that manifests may name."})},w=(0,s.q)(function(){return t.rej({apiVersion:t.euz("belay.dev/v1").meta({description:"Version of this format."}),kind:t.euz("Config").meta({description:"The config of Belay in this repository."}),releases:t.YOg(r.UA).min(1).max(50).optional().meta({description:"Folders that hold release manifests (*.yaml, *.yml, not their subfolders). Default releases."}),providers:b(),advance:t.rej({mode:t.k5n(["commit","pull-request"]).meta({description:"commit: straight to the default branch. pull-request: one per step, for protected branches; merged by the first run that decides it and finds its requirements met."})}).optional().meta({description:"How a step reaches the default branch. Default: mode commit."}),merge:t.rej({method:t.k5n(["merge","squash","rebase"]).meta({description:"How Belay merges its own pull requests. Default merge."})}).optional().meta({description:"How pull requests of Belay are merged."})}).meta({title:"Belay config",description:"Providers and how Belay works in this repository."})}),k=".belay/config.yaml",E=".belay/records"},1892:function($,m,a){a.d(m,{q:function(){return t}});function t(s){let r;return function(){return r??={value:s()},r.value}}},2112:function($,m,a){a.d(m,{JU:function(){return k},LP:function(){return b},N1:function(){return P},SX:function(){return w},UA:function(){return u},XK:function(){return _},ZH:function(){return h},_e:function(){return A},dw:function(){return l},ed:function(){return x},wj:function(){return y},z4:function(){return n}});var t=a(9396),s=a(1469),r=a(4680);const n=t.u5(),d=366*864e5,l=s.YjP().regex(/^(?=\d)(?:\d{1,9}d)?(?:\d{1,9}h)?(?:\d{1,9}m)?(?:\d{1,9}s)?$/).refine(function(o){return((0,r.E9)(o)??0)<=d},{error:"must be at most 366d",params:{code:"VALUE_OUT_OF_RANGE"}}).transform(function(o){return(0,r.E9)(o)??(0,r.ne)(0)}).register(n,{expected:"a duration like 30m, 1h30m or 3d"}).meta({description:"A length of time: days, hours, minutes, seconds in this order, e.g. 30m, 1h30m, 3d."}),y=s.YjP().regex(/^(?:0|[1-9]\d{0,3})(?:\.\d{1,6})?%$/).transform(function(o){return Number(o.slice(0,-1))/100}).register(n,{expected:"a percentage with its sign, like 2% or 0.5%"}).meta({description:"A percentage with its sign, e.g. 2% or 0.5%."}),h=y.refine(function(o){return o>0&&o<.5},{error:"must be more than 0% and less than 50%",params:{code:"VALUE_OUT_OF_RANGE"}}).transform(function(o){return(0,r.E5)(o)}).register(n,{expected:"a percentage with its sign, like 1%"}),b=s.aig().min(0).max(100).transform(function(o){return(0,r.KN)(o)}).register(n,{expected:"a number from 0 to 100, in percent"}).meta({description:"Share of traffic in percent, 0 to 100."}),w=s.YjP().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/).register(n,{expected:"a name like fraud-scorer",must:"must match ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ (lower-case letters, digits, dashes)",code:"SEC-02"}),k=s.YjP().regex(/^[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,126}[A-Za-z0-9])?$/).register(n,{expected:"a word like 3.5.0 or fraud-scorer-b",must:"must match ^[A-Za-z0-9]([A-Za-z0-9._+-]{0,126}[A-Za-z0-9])?$ (letters, digits, and ._+- between)",code:"SEC-02"}),E=/^(?!\.[gG][iI][tT][hH][uU][bB](?:\/|$))(?!.*(?:^|\/)(?:\.{0,2}|\.[gG][iI][tT])(?:\/|$))[^-\n\r\t\\:*?"<>|][^\n\r\t\\:*?"<>|]*$/,u=s.YjP().max(255).regex(E).register(n,{expected:"a path inside the repository like serving/fraud-scorer.yaml",must:'must be a path inside the repository: no / or - in front, no / at the end, no "//", ".." or ".", no \\ : * ? " < > |, not below .git or .github',code:"SEC-09"}).meta({description:"A path inside the repository, with forward slashes."}),A=s.YjP().regex(/^@[A-Za-z0-9-]{1,39}(?:\/[A-Za-z0-9._-]{1,100})?$/).register(n,{expected:'a GitHub login or team: "@name" or "@org/team"'}),x=s.YjP().regex(/^sha256:[0-9a-f]{64}$/).transform(function(o){return(0,r.br)(o)}).register(n,{expected:"sha256: and 64 lower-case hex digits"}),P=s.YjP().min(1).max(500).regex(/^[^\n\r]*$/).register(n,{expected:"one line of text"}),_=s.YjP().min(1).max(4e3).register(n,{expected:"a query"}).meta({description:"A query in the provider’s language. {{version}}, {{backend}}, {{release}} and {{window}} are filled in; it must give one series."})}};
