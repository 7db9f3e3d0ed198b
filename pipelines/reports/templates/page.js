(function () {
  "use strict";
  var root = document.documentElement, key = "demand-language";
  var each = function (selector, act) { Array.prototype.forEach.call(document.querySelectorAll(selector), act); };
  function remembered() { try { return localStorage.getItem(key); } catch (e) { return null; } }
  function remember(language) { try { localStorage.setItem(key, language); } catch (e) { /* file pages may refuse */ } }
  function speak(language) {
    root.lang = language;
    document.title = root.getAttribute("data-title-" + language);
    each("button[data-lang]", function (b) { b.setAttribute("aria-pressed", String(b.dataset.lang === language)); });
    each("[data-en]", function (o) { o.textContent = o.dataset[language]; });
    each("svg[aria-labelledby]", function (s) {
      s.setAttribute("aria-labelledby", s.getAttribute("aria-labelledby").replace(/-(en|zh)\b/g, "-" + language));
    });
  }
  root.classList.add("js");
  var asked = /[?&]lang=(en|zh)\b/.exec(location.search);
  speak((asked && asked[1]) || (remembered() === "zh" ? "zh" : "en"));
  each("button[data-lang]", function (b) {
    b.addEventListener("click", function () { remember(b.dataset.lang); speak(b.dataset.lang); });
  });

  var list = document.getElementById("risk-list");
  if (!list) { return; }
  var filters = ["industry", "scenario", "action"].map(function (n) { return document.getElementById("f-" + n); });
  var more = document.getElementById("risk-more"), shown = document.getElementById("risk-shown");
  var none = document.getElementById("risk-none"), all = false, first = Number(list.dataset.first);
  function refresh() {
    var matching = 0, visible = 0;
    Array.prototype.forEach.call(list.tBodies[0].rows, function (row) {
      var fits = filters.every(function (f) {
        var has = row.dataset[f.id.slice(2)];
        return !f.value || f.value === has || (f.value === "*" && has !== "none" && has !== "held");
      });
      matching += fits;
      row.hidden = !fits || (!all && matching > first);
      visible += !row.hidden;
    });
    shown.textContent = visible + " / " + matching;
    none.hidden = matching > 0;
    more.hidden = matching <= first;
    more.setAttribute("aria-expanded", String(all));
  }
  filters.forEach(function (f) { f.value = ""; f.addEventListener("change", refresh); });
  more.addEventListener("click", function () { all = !all; refresh(); });
  refresh();
})();
