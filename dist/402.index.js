"use strict";exports.id=402,exports.ids=[402],exports.modules={7402:function(v,o,s){s.r(o),s.d(o,{runPlan:function(){return m}});var p=s(8130),r=s(6760),j=s.n(r),E=s(2289),a=s(1803),P=s(5395),t=s(3782),n=s(5334),e=s(7727);async function m({flags:M,positionals:O},D){const l=(0,a.M)((0,r.resolve)(D.cwd,(0,e.gx)(M,"dir")??".")),_=await(0,P.e)(l,{sha256:E.s,only:O});return{exitCode:_.problems.some(function(d){return d.severity==="error"})?1:0,text:`${[..._.releases.map(t.S),...(0,n.vz)(_.problems)].join(`

`)}
`,json:_,summary:[..._.releases.map(t.B),...(0,n.OT)("Problems",_.problems)].join(`

`),problems:_.problems,outputs:{}}}}};
