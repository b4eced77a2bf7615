"use strict";exports.id=539,exports.ids=[539],exports.modules={3539:function(y,a,s){s.r(a),s.d(a,{runValidate:function(){return P}});var B=s(8130),E=s(2289),d=s(1803),l=s(5395),M=s(3782),_=s(5334),O=s(9501);async function P({flags:m},v){const D=(0,d.M)((0,O.t)(m,v)),{releases:e,problems:t}=await(0,l.e)(D,{sha256:E.s,only:[]}),r=t.filter(function(n){return n.severity==="error"}).length,o=t.length-r,i=`${e.length} release(s) read, ${r} error(s), ${o} warning(s)`,g=e.filter(function(n){return n.candidate!==void 0});return{exitCode:r>0?1:0,text:[...(0,_.vz)(t),i,""].join(`
`),json:{releases:e.map(function({name:n,path:j}){return{name:n,path:j}}),problems:t},summary:[`## Belay validate
${i}.`,...(0,_.OT)("Problems",t),...g.map(M.B),""].join(`

`),problems:t,outputs:{valid:String(r===0),errors:String(r),warnings:String(o)}}}}};
