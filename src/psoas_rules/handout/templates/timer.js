(function () {
  "use strict";
  var words = JSON.parse(document.body.dataset.words);
  var running = null;
  var READY = 5;
  var LONG = 10;

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (_, name) { return values[name]; });
  }

  function joined(parts) {
    return parts.filter(Boolean).join(", ");
  }

  // Every piece: what is shown, what is said aloud (nothing when it is too short to be heard out), its seconds.
  function pieces(plan) {
    var list = [{ text: words.get_ready, say: words.get_ready, seconds: READY }];
    plan.bouts.forEach(function (bout, index) {
      var set = plan.sets > 1 ? fill(words.set_of, { set: bout[1], sets: plan.sets }) : "";
      if (index && plan.rest) {
        list.push({ text: words.rest, say: joined([words.rest, bout[0], set]), seconds: plan.rest });
      }
      for (var rep = 1; rep <= plan.reps; rep += 1) {
        plan.pieces.forEach(function (piece, position) {
          var where = plan.reps > 1 ? fill(words.rep_of, { rep: rep, reps: plan.reps }) : "";
          var first = rep === 1 && position === 0;
          list.push({
            text: joined([piece[0], where, bout[0], set]),
            say: first || piece[1] >= LONG ? joined([piece[0], bout[0], set]) : "",
            seconds: piece[1]
          });
        });
      }
    });
    return list;
  }

  function clock(seconds) {
    var whole = Math.max(0, Math.ceil(seconds));
    return Math.floor(whole / 60) + ":" + ("0" + whole % 60).slice(-2);
  }

  function button(text, box) {
    var made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    box.appendChild(made);
    return made;
  }

  function make(tag, name, box) {
    var made = document.createElement(tag);
    made.className = name;
    box.appendChild(made);
    return made;
  }

  function timer(box) {
    var list = pieces(JSON.parse(box.dataset.timer));
    var total = list.reduce(function (sum, piece) { return sum + piece.seconds; }, 0);
    var at = -1, left = 0, gone = 0, last = 0, beat = null;
    var main = button(words.start, box);
    var again = button(words.again, box);
    var show = make("div", "now", box);
    var time = make("span", "clock", show);
    var now = make("span", "what", show);
    var bar = document.createElement("progress");
    var said = make("p", "hidden", box);
    said.setAttribute("aria-live", "polite");
    bar.max = total;
    bar.setAttribute("aria-label", box.getAttribute("aria-label"));
    show.appendChild(bar);
    show.hidden = again.hidden = true;

    function draw() {
      time.textContent = at < list.length ? clock(left) : "";
      now.textContent = at < list.length ? list[at].text : words.done;
      bar.value = gone;
    }

    function next() {
      at += 1;
      if (at >= list.length) {
        said.textContent = words.done;
        stop(words.again);
        // What has the focus must not vanish: the reader would be sent back to the top of the page.
        if (document.activeElement === again) { main.focus(); }
        again.hidden = true;
        return;
      }
      left += list[at].seconds;
      if (list[at].say) { said.textContent = list[at].say; }
    }

    function tick() {
      var moment = performance.now();
      var passed = (moment - last) / 1000;
      last = moment;
      left -= passed;
      gone += passed;
      while (left <= 0 && at < list.length) { next(); }
      draw();
    }

    function stop(text) {
      clearInterval(beat);
      beat = null;
      main.textContent = text;
      if (running === pause) { running = null; }
    }

    function pause() { stop(words.resume); }

    function reset() { at = -1; left = gone = 0; next(); }

    function start() {
      if (running) { running(); }
      if (at < 0 || at >= list.length) { reset(); }
      running = pause;
      last = performance.now();
      show.hidden = again.hidden = false;
      main.textContent = words.pause;
      beat = setInterval(tick, 200);
      draw();
    }

    main.addEventListener("click", function () { (beat === null ? start : pause)(); });
    again.addEventListener("click", function () {
      reset();
      draw();
      if (beat === null) { start(); }
      main.focus();
    });
    box.hidden = false;
  }

  document.querySelectorAll("[data-timer]").forEach(timer);
  document.querySelectorAll("[data-print]").forEach(function (made) {
    made.hidden = false;
    made.addEventListener("click", function () { window.print(); });
  });
}());
