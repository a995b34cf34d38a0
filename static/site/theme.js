(()=>{var o="appearance";function e(){try{let t=localStorage.getItem(o);return t==="light"||t==="dark"?t:null}catch{return null}}var s=e();s&&(document.documentElement.dataset.bsTheme=s);})();
