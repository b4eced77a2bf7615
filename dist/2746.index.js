"use strict";exports.id=2746,exports.ids=[2746,2112,9731],exports.modules={77727:function(S,y,i){i.d(y,{Lt:function(){return u},gx:function(){return w},v6:function(){return o}});function w(s,l){const d=s[l];return typeof d=="string"&&d!==""?d:void 0}function o(s,l){const d=s[l];return(Array.isArray(d)?d:typeof d=="string"?[d]:[]).flatMap(function(h){return h.split(",")}).map(function(h){return h.trim()}).filter(function(h){return h!==""})}function u(s,l){return s[l]===!0}},91159:function(S,y,i){i.r(y),i.d(y,{runInit:function(){return D}});var w=i(51455),o=i(76760),u=i(88208),s=i(45976),l=i(77727);const d=".belay/example",b=`${d}/metrics.om`,h=`${d}/candidate.patch`,A="2026-12-01T08:05:00Z",_=Date.UTC(2026,11,1,8),O=120,P=10,q=30,R=1e3,N=50;function I({name:e,manifest:t}){return{[b]:j(),[h]:r({name:e,manifest:t})}}function j(){const e=function(t){return N*Math.max(0,t-P)};return[...x("predict",{"1.0.0":function(t){return R*t-e(t)},"1.1.0":e}),...x("predict_errors",{"1.0.0":function(t){return 2*t},"1.1.0":function(t){return Math.floor(e(t)/500)+5*Math.max(0,t-q)}}),"# EOF",""].join(`
`)}function x(e,t){const a=Object.entries(t).flatMap(function([n,c]){return Array.from({length:O+1},function(v,p){return`${e}_total{version="${n}"} ${c(p)} ${_/1e3+60*p}`})});return[`# TYPE ${e} counter`,...a]}function r({name:e,manifest:t}){const a=t.split(`
`),n=a.findIndex(function(m){return m.includes("# To roll a version out")}),c=a.findIndex(function(m,M){return M>n&&!m.startsWith("  #")}),v=a.slice(n,c),p=["  candidate:","    version: 1.1.0",`    backend: ${e}-b`,"    artifacts:",`      model: {uri: s3://models/${e}/1.1.0, digest: "sha256:${"1".repeat(64)}"}`],[f,$]=[a[n-1]??"",a[c]??""];return[`--- a/releases/${e}.yaml`,`+++ b/releases/${e}.yaml`,`@@ -${n},${v.length+2} +${n},${p.length+2} @@`,` ${f}`,...v.map(function(m){return`-${m}`}),...p.map(function(m){return`+${m}`}),` ${$}`,""].join(`
`)}function H(e,t){return`https://raw.githubusercontent.com/belay-dev/belay/${e}/dist/schemas/${t}.schema.json`}function F({ref:e,metrics:t}){return`# yaml-language-server: $schema=${H(e,"config")}
# Privileged runs read this file from the default branch only. It is the only one that may name a URL or a secret's variable.
apiVersion: belay.dev/v1
kind: Config
providers:
  prod:
${"url"in t?G(t):`    kind: openmetrics
    file: ${t.file}
`}`}function G({url:e}){return`    kind: prometheus
    url: ${e}
    # The workflow fills the variable from a secret of the environment "belay". Remove this line if it needs no login.
    auth: {kind: bearer, tokenEnv: PROMETHEUS_TOKEN}
`}const T={perMinute:1e3,bad:"0.2 to 1 %"};function Z({name:e,ref:t}){return`# yaml-language-server: $schema=${H(t,"release")}
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
      # The holds are made for ${T.perMinute.toLocaleString("en-US")} requests a minute with ${T.bad} of them bad: "belay plan --traffic" says what yours need.
      - {weight: 5, hold: 5h}
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
        tolerate: {relative: 25%, absolute: 0.5%} # rolled back when proven worse than stable by more than this
        safe: {relative: 25%, absolute: 1%} # goes on when proven not worse than stable by more than this
        limit: 2% # and never above this; the bound at 100 %, where there is no stable traffic to compare with
  targets:
    - {kind: gateway-api, file: serving/${e}.yaml, route: ${e}}
`}function C({name:e}){return`apiVersion: gateway.networking.k8s.io/v1
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
`}const L={".github/workflows/belay-validate.yml":`# Checks manifests, config and serving files on every pull request. Also on those from forks: it needs no secret and
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
      checks: read # name the required checks that a revert waits for
      statuses: read # the same, for checks that are commit statuses
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          ref: main # a run that waited must not see the main of when it was queued
          fetch-depth: 0 # the records and the last good manifest are read from history
          persist-credentials: false # Belay writes through the API with its own token

      # With GITHUB_TOKEN, Belay's commits start no \`on: push\` workflow, and its pull requests wait for someone to
      # approve their checks. Argo CD and Flux do not mind. If a workflow of yours deploys, or main has required checks,
      # give Belay a GitHub App (contents and pull-requests: write, checks and statuses: read, members: read where a team
      # approves steps by reviews, and on the bypass list of every ruleset of main):
      #
      # - uses: actions/create-github-app-token@bcd2ba49218906704ab6c1aa796996da409d3eb1 # v3.2.0
      #   id: app
      #   with:
      #     client-id: \${{ vars.BELAY_APP_CLIENT_ID }}
      #     private-key: \${{ secrets.BELAY_APP_PRIVATE_KEY }}
      #     permission-contents: write
      #     permission-pull-requests: write
      #     permission-checks: read
      #     permission-statuses: read
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
      checks: read # name the required checks that a revert waits for
      statuses: read # the same, for checks that are commit statuses
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
`,".github/workflows/belay-command.yml":`# Obeys people: a comment on a pull request that begins with \`/belay\`, or Run workflow. Belay asks GitHub who it is, and looks up
# the role in .belay/config.yaml of main; docs/commands.md of Belay has the grammar and who may order what.
# The text of a comment is read from the event by the action. It never stands in this file.
name: Belay command
on:
  issue_comment: # runs the workflow of main, whatever the pull request holds
    types: [created] # never edited: whoever may edit could change another's words
  workflow_dispatch:
    inputs:
      command:
        description: What is ordered
        type: choice
        options: [pause, resume, approve, abort, rollback, looks-wrong, lift-quarantine]
        required: true
      release:
        description: Of which release
        type: choice
        options: [fraud-scorer]
        required: true
      reason:
        description: Why, in one line; resume, approve, abort and rollback need none
        type: string
      version:
        description: The version that may come again (lift-quarantine), that is left (rollback of a promoted version), or that is approved
        type: string
      to:
        description: Of an approval, the weight of the step that you looked at, like 25%
        type: string
      until:
        description: When a pause ends by itself, like 2026-12-01 or 2026-12-01T18:00Z
        type: string

permissions: {}

# Each order in its own group: none waits for another, and none takes another's place. Two at once find each other's commit.
concurrency:
  group: belay-command-\${{ github.run_id }}
  cancel-in-progress: false # a writer is never cancelled

jobs:
  command:
    # Most comments are none of Belay's business, and start no runner. What is a command is decided by the action.
    if: github.event_name == 'workflow_dispatch' || contains(github.event.comment.body, '/belay ')
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: write # commit the record of the order to main, or write a rollback to a branch and merge it
      issues: write # react to the comment
      pull-requests: write # open the revert pull request, and answer where a reaction does not say enough
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          ref: main # never the code of the pull request
          fetch-depth: 0 # the records and the last good manifest are read from history
          persist-credentials: false # Belay writes through the API with its own token
      # A GitHub App token goes in here as in belay-advance.yml, and the commit in the place of v1. It needs "issues: write" besides,
      # to react to comments on an issue, and with roles for teams "members: read" of the organisation, which GITHUB_TOKEN cannot
      # have. Where an environment keeps the App's key, the job has to name it.
      - uses: belay-dev/belay/actions/command@v1
        with:
          command: \${{ inputs.command }} # these are empty for a comment
          release: \${{ inputs.release }}
          reason: \${{ inputs.reason }}
          version: \${{ inputs.version }}
          to: \${{ inputs.to }}
          until: \${{ inputs.until }}
`,".github/workflows/belay-watchdog.yml":`# Fails when belay-advance.yml has not run for an hour, since a tick that never comes cannot say so. GitHub drops scheduled
# runs, and stops every schedule of a public repository in which nothing happened for 60 days, this one's too: so pushes and
# pull requests ask as well.
name: Belay watchdog
on:
  schedule:
    - cron: "41 * * * *" # not at full hours, when GitHub is busiest
  push:
    branches: [main]
  pull_request:
    paths: ["releases/**"] # who brings a candidate learns that nobody would start it; not a check to require
  workflow_dispatch:

permissions: {}

concurrency:
  group: belay-watchdog-\${{ github.ref }}
  cancel-in-progress: true # reads only

jobs:
  watchdog:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      actions: read # ask when the workflow ran; nothing is checked out
    steps:
      # Not tagged yet: put the 40 digits of a commit of Belay in the place of v1; \`belay init --ref\` does.
      - uses: belay-dev/belay/actions/watchdog@v1
        with:
          max-age: 1h
`};var K=i(15254);const W=/^[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?$/,B="v1";async function D({flags:e},t){const a=(0,o.resolve)(t.cwd,(0,l.gx)(e,"dir")??"."),n=(0,l.gx)(e,"release")??"my-model",c=(0,l.Lt)(e,"example");if(c&&(0,l.gx)(e,"prometheus")!==void 0)throw k("--example brings metrics of its own; leave --prometheus out, or --example");const v=(0,l.gx)(e,"prometheus")??"https://prometheus.example.com",p=(0,l.gx)(e,"branch")??"main",f=(0,l.gx)(e,"ref")??await V(a)??B;X({name:n,url:v,branch:p,ref:f});const $=`releases/${n}.yaml`,m=Z({name:n,ref:f}),M={[s.tF]:F({ref:f,metrics:c?{file:b}:{url:v}}),[$]:m,[`serving/${n}.yaml`]:C({name:n}),...Object.fromEntries(Object.entries(L).map(function([g,z]){return[g,J(z,{name:n,branch:p,ref:f})]})),...c?I({name:n,manifest:m}):{}},E=[],U=[];for(const[g,z]of Object.entries(M))(await Q(a,g,z)?E:U).push(g);return{exitCode:0,text:`${[...E.map(function(g){return`wrote ${g}`}),...U.map(function(g){return`kept  ${g} (it was there already)`}),...f===B&&K.x.startsWith("0.")?[`note: the workflows run belay-dev/belay@${f}, which is not tagged yet: write them with --ref and the 40 digits of a commit, or put those there`]:[],...E.includes($)?[`made for: steps and margins of ${$} fit ${T.perMinute.toLocaleString("en-US")} requests a minute with ${T.bad} of them bad; with less traffic hold longer or give the steps more weight. "belay plan --traffic" says what yours need`]:[],Y({written:E,name:n,isExample:c})].join(`
`)}
`,json:{written:E,kept:U},summary:"",problems:[],outputs:{}}}function Y({written:e,name:t,isExample:a}){if(e.length===0)return"nothing was written, for all of it stands there already; a file that is deleted is written anew, and --release <name> begins another release";if(a&&e.includes(h))return`next: commit all of it, and look with "belay advance --now ${A}"; "git apply ${h}" brings the candidate`;const n=`next: put your version, digest, queries and route into releases/${t}.yaml and serving/${t}.yaml, then run "belay validate"`;return a?`${n}; the trial that stands there already goes on as it is, and ${h} is for its release`:n}async function V(e){for(const t of Object.keys(L)){const a=await(0,w.readFile)((0,o.join)(e,t),"utf8").catch(function(){return""}),n=/uses: belay-dev\/belay\/actions\/[a-z]+@([A-Za-z0-9][A-Za-z0-9._/-]{0,99})\s/.exec(a)?.[1];if(n!==void 0)return n}}function X({name:e,url:t,branch:a,ref:n}){if(!W.test(e))throw k(`--release: expected lower-case letters, digits and dashes, got "${e}"`);if(!/^https?:\/\/[^\s"'#?@]+$/.test(t))throw k(`--prometheus: expected an http(s) URL without user, query or fragment, got "${t}"`);if(!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/.test(a))throw k(`--branch: expected a branch name, got "${a}"`);if(!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/.test(n))throw k(`--ref: expected a tag or the 40 digits of a commit of Belay, got "${n}"`)}function J(e,{name:t,branch:a,ref:n}){return(n===B?e:e.replace(/^ *# Not tagged yet: .*\n/gm,"")).replaceAll("fraud-scorer",t).replace(/\bref: main\b/g,`ref: ${a}`).replace(/\bbranches: \[main\]/g,`branches: [${a}]`).replace(/(uses: belay-dev\/belay\/actions\/[a-z]+)@v1$/gm,`$1@${n}`)}async function Q(e,t,a){const n=(0,o.join)(e,t);await(0,w.mkdir)((0,o.dirname)(n),{recursive:!0});try{return await(0,w.writeFile)(n,a,{flag:"wx"}),!0}catch(c){if(c instanceof Error&&"code"in c&&c.code==="EEXIST")return!1;throw c}}function k(e){return new u.v4({code:"REFUSED",message:`init: ${e}`})}},32112:function(S,y,i){i.d(y,{GI:function(){return P},JU:function(){return O},LP:function(){return A},N1:function(){return j},SX:function(){return _},UA:function(){return R},XK:function(){return x},ZH:function(){return h},_e:function(){return N},dw:function(){return d},ed:function(){return I},wj:function(){return b},z4:function(){return s}});var w=i(29396),o=i(81469),u=i(24680);const s=w.u5(),l=366*864e5,d=o.YjP().regex(/^(?=\d)(?:\d{1,9}d)?(?:\d{1,9}h)?(?:\d{1,9}m)?(?:\d{1,9}s)?$/).refine(function(r){return((0,u.E9)(r)??0)<=l},{error:"must be at most 366d",params:{code:"VALUE_OUT_OF_RANGE"}}).transform(function(r){return(0,u.E9)(r)??(0,u.ne)(0)}).register(s,{expected:"a duration like 30m, 1h30m or 3d"}).meta({description:"A length of time: days, hours, minutes, seconds in this order, e.g. 30m, 1h30m, 3d."}),b=o.YjP().regex(/^(?:0|[1-9]\d{0,3})(?:\.\d{1,6})?%$/).transform(function(r){return Number(r.slice(0,-1))/100}).register(s,{expected:"a percentage with its sign, like 2% or 0.5%"}).meta({description:"A percentage with its sign, e.g. 2% or 0.5%."}),h=b.refine(function(r){return r>0&&r<.5},{error:"must be more than 0% and less than 50%",params:{code:"VALUE_OUT_OF_RANGE"}}).transform(function(r){return(0,u.E5)(r)}).register(s,{expected:"a percentage with its sign, like 1%"}),A=o.aig().min(0).max(100).transform(function(r){return(0,u.KN)(r)}).register(s,{expected:"a number from 0 to 100, in percent"}).meta({description:"Share of traffic in percent, 0 to 100."}),_=o.YjP().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/).register(s,{expected:"a name like fraud-scorer",must:"must match ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ (lower-case letters, digits, dashes)",code:"SEC-02"}),O=o.YjP().regex(/^[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,126}[A-Za-z0-9])?$/).register(s,{expected:"a word like 3.5.0 or fraud-scorer-b",must:"must match ^[A-Za-z0-9]([A-Za-z0-9._+-]{0,126}[A-Za-z0-9])?$ (letters, digits, and ._+- between)",code:"SEC-02"}),P=o.YjP().regex(/^[A-Za-z0-9](?:[A-Za-z0-9._:@/+-]{0,126}[A-Za-z0-9])?$/).register(s,{expected:'a word like v7, "2026-10" or "sha256:…"',must:'must be a word like v7, "2026-10" or "sha256:…" (letters, digits, and ._:@/+- between)',code:"SEC-02"}),q=/^(?!\.[gG][iI][tT][hH][uU][bB](?:\/|$))(?!.*(?:^|\/)(?:\.{0,2}|\.[gG][iI][tT])(?:\/|$))[^-\n\r\t\\:*?"<>|][^\n\r\t\\:*?"<>|]*$/,R=o.YjP().max(255).regex(q).register(s,{expected:"a path inside the repository like serving/fraud-scorer.yaml",must:'must be a path inside the repository, like serving/fraud-scorer.yaml: no / or - in front, no / at the end, no "//", ".." or ".", no \\ : * ? " < > | and no line end, not below .git or .github',code:"SEC-09"}).meta({description:"A path inside the repository, with forward slashes."}),N=o.YjP().regex(/^@[A-Za-z0-9-]{1,39}(?:\/[A-Za-z0-9._-]{1,100})?$/).register(s,{expected:'a GitHub login or team: "@name" or "@org/team"'}),I=o.YjP().regex(/^sha256:[0-9a-f]{64}$/).transform(function(r){return(0,u.br)(r)}).register(s,{expected:"sha256: and 64 lower-case hex digits"}),j=o.YjP().min(1).max(500).regex(/^[^\n\r]*$/).register(s,{expected:"one line of text"}),x=o.YjP().min(1).max(4e3).register(s,{expected:"a query"}).meta({description:"A query in the provider’s language. {{version}}, {{backend}}, {{release}} and {{window}} are filled in; it must give one series."})}};
