"use strict";exports.id=402,exports.ids=[402],exports.modules={7402:function(j,E,o){o.r(E),o.d(E,{runPlan:function(){return O}});var c=o(8130),P=o(2289),d=o(1803),i=o(5395),D=o(8208),a=o(3782),m=o(5334),M=o(9501);async function O({flags:e,positionals:_},n){const t=(0,d.M)((0,M.t)(e,n)),r=await(0,i.e)(t,{sha256:P.s,only:[]}),s={...r,releases:p(r,_)};return{exitCode:s.problems.some(function(v){return v.severity==="error"})?1:0,text:`${[...s.releases.map(a.S),...(0,m.vz)(s.problems)].join(`

`)}
`,json:s,summary:[...s.releases.map(a.B),...(0,m.OT)("Problems",s.problems)].join(`

`),problems:s.problems,outputs:{}}}function p({releases:e,problems:_},n){const t=e.map(function({name:s}){return s}),r=n.find(function(s){return!t.includes(s)});if(r!==void 0&&!_.some(function({severity:s}){return s==="error"})){const s=t.map(function(l){return`"${l}"`}).join(", ")||"none (there is no manifest)";throw new D.v4({code:"REFUSED",message:`release "${r}": expected one of ${s}`})}return n.length===0?e:e.filter(function({name:s}){return n.includes(s)})}}};
