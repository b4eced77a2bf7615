"use strict";exports.id=539,exports.ids=[539],exports.modules={3539:function(C,a,s){s.r(a),s.d(a,{runValidate:function(){return D}});var T=s(8130),e=s(6760),A=s.n(e),l=s(2289),i=s(1803),M=s(5395),O=s(3782),o=s(5334),P=s(7727);async function D({flags:v},m){const g=(0,i.M)((0,e.resolve)(m.cwd,(0,P.gx)(v,"dir")??".")),{releases:_,problems:t}=await(0,M.e)(g,{sha256:l.s,only:[]}),n=t.filter(function(r){return r.severity==="error"}).length,E=t.length-n,d=`${_.length} release(s) read, ${n} error(s), ${E} warning(s)`,B=_.filter(function(r){return r.candidate!==void 0});return{exitCode:n>0?1:0,text:[...(0,o.vz)(t),d,""].join(`
`),json:{releases:_.map(function({name:r,path:j}){return{name:r,path:j}}),problems:t},summary:[`## Belay validate
${d}.`,...(0,o.OT)("Problems",t),...B.map(O.B),""].join(`

`),problems:t,outputs:{valid:String(n===0),errors:String(n),warnings:String(E)}}}}};
