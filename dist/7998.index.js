"use strict";exports.id=7998,exports.ids=[7998],exports.modules={77727:function(E,p,o){o.d(p,{Lt:function(){return y},gx:function(){return m},v6:function(){return u}});function m(h,a){const s=h[a];return typeof s=="string"&&s!==""?s:void 0}function u(h,a){const s=h[a];return(Array.isArray(s)?s:typeof s=="string"?[s]:[]).flatMap(function(c){return c.split(",")}).map(function(c){return c.trim()}).filter(function(c){return c!==""})}function y(h,a){return h[a]===!0}},57998:function(E,p,o){o.r(p),o.d(p,{runInit:function(){return R}});var m=o(51455),u=o(76760),y=o(88208),h=o(45976),a=o(77727);function s(e,n){return`https://raw.githubusercontent.com/belay-dev/belay/${e}/dist/schemas/${n}.schema.json`}function k({url:e,ref:n}){return`# yaml-language-server: $schema=${s(n,"config")}
# Privileged runs read this file from the default branch only. It is the only one that may name a URL or a secret's variable.
apiVersion: belay.dev/v1
kind: Config
providers:
  prod:
    kind: prometheus
    url: ${e}
    # The workflow fills the variable from a secret of the environment "belay". Remove this line if it needs no login.
    auth: {kind: bearer, tokenEnv: PROMETHEUS_TOKEN}
`}function c({name:e,ref:n}){return`# yaml-language-server: $schema=${s(n,"release")}
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
`}function T({name:e}){return`apiVersion: gateway.networking.k8s.io/v1
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
`}const q={".github/workflows/belay-validate.yml":`# Checks manifests, config and serving files on every pull request. Also on those from forks: it needs no secret and
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
`};var O=o(15254);const x=/^[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?$/,w="v1";async function R({flags:e},n){const r=(0,u.resolve)(n.cwd,(0,a.gx)(e,"dir")??"."),t=(0,a.gx)(e,"release")??"my-model",i=(0,a.gx)(e,"prometheus")??"https://prometheus.example.com",$=(0,a.gx)(e,"branch")??"main",d=(0,a.gx)(e,"ref")??w;A({name:t,url:i,branch:$,ref:d});const B={[h.tF]:k({url:i,ref:d}),[`releases/${t}.yaml`]:c({name:t,ref:d}),[`serving/${t}.yaml`]:T({name:t}),...Object.fromEntries(Object.entries(q).map(function([l,v]){return[l,N(v,{name:t,branch:$,ref:d})]}))},b=[],g=[];for(const[l,v]of Object.entries(B))(await P(r,l,v)?b:g).push(l);return{exitCode:0,text:`${[...b.map(function(l){return`wrote ${l}`}),...g.map(function(l){return`kept  ${l} (it was there already)`}),...d===w&&O.x.startsWith("0.")?[`note: the workflows run belay-dev/belay@${d}, which is not tagged yet: write them with --ref and the 40 digits of a commit, or put those there`]:[],`next: put your version, digest, queries and route into releases/${t}.yaml and serving/${t}.yaml, then run "belay validate"`].join(`
`)}
`,json:{written:b,kept:g},summary:"",problems:[],outputs:{}}}function A({name:e,url:n,branch:r,ref:t}){if(!x.test(e))throw f(`--release: expected lower-case letters, digits and dashes, got "${e}"`);if(!/^https?:\/\/[^\s"'#?@]+$/.test(n))throw f(`--prometheus: expected an http(s) URL without user, query or fragment, got "${n}"`);if(!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/.test(r))throw f(`--branch: expected a branch name, got "${r}"`);if(!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/.test(t))throw f(`--ref: expected a tag or the 40 digits of a commit of Belay, got "${t}"`)}function N(e,{name:n,branch:r,ref:t}){return(t===w?e:e.replace(/^ *# Not tagged yet: .*\n/gm,"")).replaceAll("fraud-scorer",n).replace(/\bref: main\b/g,`ref: ${r}`).replace(/(uses: belay-dev\/belay\/actions\/[a-z]+)@v1$/gm,`$1@${t}`)}async function P(e,n,r){const t=(0,u.join)(e,n);await(0,m.mkdir)((0,u.dirname)(t),{recursive:!0});try{return await(0,m.writeFile)(t,r,{flag:"wx"}),!0}catch(i){if(i instanceof Error&&"code"in i&&i.code==="EEXIST")return!1;throw i}}function f(e){return new y.v4({code:"REFUSED",message:`init: ${e}`})}}};
