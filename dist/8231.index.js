"use strict";exports.id=8231,exports.ids=[8231,2112,9731],exports.modules={77727:function(R,m,a){a.d(m,{Lt:function(){return l},gx:function(){return p},v6:function(){return n}});function p(t,o){const i=t[o];return typeof i=="string"&&i!==""?i:void 0}function n(t,o){const i=t[o];return(Array.isArray(i)?i:typeof i=="string"?[i]:[]).flatMap(function(d){return d.split(",")}).map(function(d){return d.trim()}).filter(function(d){return d!==""})}function l(t,o){return t[o]===!0}},57998:function(R,m,a){a.r(m),a.d(m,{runInit:function(){return $}});var p=a(51455),n=a(76760),l=a(88208),t=a(45976),o=a(77727);function i(e,r){return`https://raw.githubusercontent.com/belay-dev/belay/${e}/dist/schemas/${r}.schema.json`}function w({url:e,ref:r}){return`# yaml-language-server: $schema=${i(r,"config")}
# Privileged runs read this file from the default branch only. It is the only one that may name a URL or a secret's variable.
apiVersion: belay.dev/v1
kind: Config
providers:
  prod:
    kind: prometheus
    url: ${e}
    # The workflow fills the variable from a secret of the environment "belay". Remove this line if it needs no login.
    auth: {kind: bearer, tokenEnv: PROMETHEUS_TOKEN}
`}function d({name:e,ref:r}){return`# yaml-language-server: $schema=${i(r,"release")}
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
      # Not tagged yet: put the 40 digits of a commit of Belay in the place of v1; \`belay init --ref\` does.
      - uses: belay-dev/belay/actions/validate@v1
`,".github/workflows/belay-preflight.yml":`# Asks the queries of a release before anybody is exposed to it, and says in one comment what came, how long each step needs
# to know, and what the checks would have done in the last days. Pull requests from forks get no secret and are skipped.
name: Belay preflight
on:
  pull_request: # never pull_request_target: whoever may open a pull request would have the secret
    paths: ["releases/**"]
  workflow_dispatch: # from main; then the secret can be kept to main altogether
    inputs:
      pull-request:
        description: Number of the pull request to look at; empty looks at all releases of main
        type: string

permissions: {}

concurrency:
  group: belay-preflight-\${{ github.event.pull_request.number || inputs.pull-request || 'main' }}
  cancel-in-progress: true # reads, and edits one comment: a newer push may replace it

jobs:
  preflight:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    # Holds a PROMETHEUS_TOKEN that may only read. Whoever can push a branch can change this workflow in it, and so reach the
    # token: ask for a reviewer on this environment, or leave pull_request out above.
    environment: { name: belay-preflight, deployment: false }
    permissions:
      contents: read # read config from main, and the manifests of the pull request as git objects
      pull-requests: write # write one comment and edit it in place
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          ref: main # no file of the pull request is checked out, and none is run
          fetch-depth: 0 # what the pull request changes is found in history
          persist-credentials: false # Belay reads with its own token
      # Not tagged yet: put the 40 digits of a commit of Belay in the place of v1; \`belay init --ref\` does.
      - uses: belay-dev/belay/actions/preflight@v1
        with:
          pull-request: \${{ inputs.pull-request }}
        env:
          PROMETHEUS_TOKEN: \${{ secrets.PROMETHEUS_TOKEN }}
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
`,".github/workflows/belay-rollback.yml":`# Restores the last good manifest at once: asked by a person (Run workflow), or by an alert through repository_dispatch.
# An alert only asks Belay to look now: it rolls back when the checks prove harm. A person's word is enough.
# The action reads the payload of a dispatch itself; docs/alerts.md of Belay shows how to send one, and how to sign it.
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

# Not the group of belay-advance: a rollback must never wait behind a tick, nor replace one. Orders of people wait for each
# other; an alert waits for nobody, since two looks at once do no harm.
concurrency:
  group: belay-rollback-\${{ inputs.release || github.run_id }}
  cancel-in-progress: false # a writer is never cancelled
  queue: max # nor is one that waits: a newer order must not take its place

jobs:
  rollback:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    environment: { name: belay, deployment: false } # holds PROMETHEUS_TOKEN, to look when an alert asks
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
          release: \${{ inputs.release }} # empty on repository_dispatch, whose payload names it
          reason: \${{ inputs.reason }}
          from: \${{ inputs.from }}
        env:
          PROMETHEUS_TOKEN: \${{ secrets.PROMETHEUS_TOKEN }}
`};var k=a(15254);const E=/^[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?$/,y="v1";async function $({flags:e},r){const c=(0,n.resolve)(r.cwd,(0,o.gx)(e,"dir")??"."),s=(0,o.gx)(e,"release")??"my-model",h=(0,o.gx)(e,"prometheus")??"https://prometheus.example.com",N=(0,o.gx)(e,"branch")??"main",g=(0,o.gx)(e,"ref")??y;x({name:s,url:h,branch:N,ref:g});const q={[t.tF]:w({url:h,ref:g}),[`releases/${s}.yaml`]:d({name:s,ref:g}),[`serving/${s}.yaml`]:b({name:s}),...Object.fromEntries(Object.entries(v).map(function([u,P]){return[u,A(P,{name:s,branch:N,ref:g})]}))},O=[],_=[];for(const[u,P]of Object.entries(q))(await T(c,u,P)?O:_).push(u);return{exitCode:0,text:`${[...O.map(function(u){return`wrote ${u}`}),..._.map(function(u){return`kept  ${u} (it was there already)`}),...g===y&&k.x.startsWith("0.")?[`note: the workflows run belay-dev/belay@${g}, which is not tagged yet: write them with --ref and the 40 digits of a commit, or put those there`]:[],`next: put your version, digest, queries and route into releases/${s}.yaml and serving/${s}.yaml, then run "belay validate"`].join(`
`)}
`,json:{written:O,kept:_},summary:"",problems:[],outputs:{}}}function x({name:e,url:r,branch:c,ref:s}){if(!E.test(e))throw f(`--release: expected lower-case letters, digits and dashes, got "${e}"`);if(!/^https?:\/\/[^\s"'#?@]+$/.test(r))throw f(`--prometheus: expected an http(s) URL without user, query or fragment, got "${r}"`);if(!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/.test(c))throw f(`--branch: expected a branch name, got "${c}"`);if(!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/.test(s))throw f(`--ref: expected a tag or the 40 digits of a commit of Belay, got "${s}"`)}function A(e,{name:r,branch:c,ref:s}){return(s===y?e:e.replace(/^ *# Not tagged yet: .*\n/gm,"")).replaceAll("fraud-scorer",r).replace(/\bref: main\b/g,`ref: ${c}`).replace(/(uses: belay-dev\/belay\/actions\/[a-z]+)@v1$/gm,`$1@${s}`)}async function T(e,r,c){const s=(0,n.join)(e,r);await(0,p.mkdir)((0,n.dirname)(s),{recursive:!0});try{return await(0,p.writeFile)(s,c,{flag:"wx"}),!0}catch(h){if(h instanceof Error&&"code"in h&&h.code==="EEXIST")return!1;throw h}}function f(e){return new l.v4({code:"REFUSED",message:`init: ${e}`})}},32112:function(R,m,a){a.d(m,{GI:function(){return E},JU:function(){return k},LP:function(){return b},N1:function(){return T},SX:function(){return v},UA:function(){return $},XK:function(){return f},ZH:function(){return d},_e:function(){return x},dw:function(){return i},ed:function(){return A},wj:function(){return w},z4:function(){return t}});var p=a(29396),n=a(81469),l=a(24680);const t=p.u5(),o=366*864e5,i=n.YjP().regex(/^(?=\d)(?:\d{1,9}d)?(?:\d{1,9}h)?(?:\d{1,9}m)?(?:\d{1,9}s)?$/).refine(function(e){return((0,l.E9)(e)??0)<=o},{error:"must be at most 366d",params:{code:"VALUE_OUT_OF_RANGE"}}).transform(function(e){return(0,l.E9)(e)??(0,l.ne)(0)}).register(t,{expected:"a duration like 30m, 1h30m or 3d"}).meta({description:"A length of time: days, hours, minutes, seconds in this order, e.g. 30m, 1h30m, 3d."}),w=n.YjP().regex(/^(?:0|[1-9]\d{0,3})(?:\.\d{1,6})?%$/).transform(function(e){return Number(e.slice(0,-1))/100}).register(t,{expected:"a percentage with its sign, like 2% or 0.5%"}).meta({description:"A percentage with its sign, e.g. 2% or 0.5%."}),d=w.refine(function(e){return e>0&&e<.5},{error:"must be more than 0% and less than 50%",params:{code:"VALUE_OUT_OF_RANGE"}}).transform(function(e){return(0,l.E5)(e)}).register(t,{expected:"a percentage with its sign, like 1%"}),b=n.aig().min(0).max(100).transform(function(e){return(0,l.KN)(e)}).register(t,{expected:"a number from 0 to 100, in percent"}).meta({description:"Share of traffic in percent, 0 to 100."}),v=n.YjP().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/).register(t,{expected:"a name like fraud-scorer",must:"must match ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ (lower-case letters, digits, dashes)",code:"SEC-02"}),k=n.YjP().regex(/^[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,126}[A-Za-z0-9])?$/).register(t,{expected:"a word like 3.5.0 or fraud-scorer-b",must:"must match ^[A-Za-z0-9]([A-Za-z0-9._+-]{0,126}[A-Za-z0-9])?$ (letters, digits, and ._+- between)",code:"SEC-02"}),E=n.YjP().regex(/^[A-Za-z0-9](?:[A-Za-z0-9._:@/+-]{0,126}[A-Za-z0-9])?$/).register(t,{expected:'a word like v7, "2026-10" or "sha256:…"',must:'must be a word like v7, "2026-10" or "sha256:…" (letters, digits, and ._:@/+- between)',code:"SEC-02"}),y=/^(?!\.[gG][iI][tT][hH][uU][bB](?:\/|$))(?!.*(?:^|\/)(?:\.{0,2}|\.[gG][iI][tT])(?:\/|$))[^-\n\r\t\\:*?"<>|][^\n\r\t\\:*?"<>|]*$/,$=n.YjP().max(255).regex(y).register(t,{expected:"a path inside the repository like serving/fraud-scorer.yaml",must:'must be a path inside the repository, like serving/fraud-scorer.yaml: no / or - in front, no / at the end, no "//", ".." or ".", no \\ : * ? " < > |, not below .git or .github',code:"SEC-09"}).meta({description:"A path inside the repository, with forward slashes."}),x=n.YjP().regex(/^@[A-Za-z0-9-]{1,39}(?:\/[A-Za-z0-9._-]{1,100})?$/).register(t,{expected:'a GitHub login or team: "@name" or "@org/team"'}),A=n.YjP().regex(/^sha256:[0-9a-f]{64}$/).transform(function(e){return(0,l.br)(e)}).register(t,{expected:"sha256: and 64 lower-case hex digits"}),T=n.YjP().min(1).max(500).regex(/^[^\n\r]*$/).register(t,{expected:"one line of text"}),f=n.YjP().min(1).max(4e3).register(t,{expected:"a query"}).meta({description:"A query in the provider’s language. {{version}}, {{backend}}, {{release}} and {{window}} are filled in; it must give one series."})}};
