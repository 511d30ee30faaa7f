// What a page of the console does while it is open: parts that stay live, and the brakes. It works without, by links
// and forms. No library beyond htmx, which unfold brings.
(() => {
    "use strict";
    // A browser leaves it out where the frame of the page has taken the focus before.
    document.querySelector("#page-main [autofocus]")?.focus();

    const PART = "X-Console-Part";
    const part = (address, options = {}) => fetch(address, {...options, headers: {[PART]: "1"}, credentials: "same-origin"});

    // Live parts: asked again every so many seconds, not while nobody sees the page.
    const asked = new WeakMap();
    const tick = () => {
        if (document.hidden) return;
        for (const each of document.querySelectorAll("[data-every]")) {
            const now = performance.now();
            if (now - (asked.get(each) ?? 0) < each.dataset.every * 1000) continue;
            asked.set(each, now);
            htmx.trigger(each, "tick");
        }
    };
    for (const each of document.querySelectorAll("[data-every]")) asked.set(each, performance.now());
    setInterval(tick, 250);
    document.addEventListener("visibilitychange", tick);

    const stale = (why) => {
        for (const each of document.querySelectorAll(".stale")) {
            each.hidden = !why;
            each.querySelector("[data-why]").textContent = why ?? "";
        }
    };
    // An answer that is no part of this page is a page to sign in at, or an error: what is shown stays.
    let open = [];
    document.addEventListener("htmx:beforeSwap", ({detail}) => {
        if (detail.xhr.getResponseHeader(PART)) {
            open = [...detail.target.querySelectorAll("details[open][id]")].map((each) => each.id);
            stale(null);
            // Also one that says why something was refused.
            detail.shouldSwap = true;
            return;
        }
        detail.shouldSwap = false;
        if (detail.xhr.status !== 204) stale(detail.xhr.status >= 400 ? `the service answers ${detail.xhr.status}.` : "you are signed out. Load the page again.");
        else stale(null);
    });
    document.addEventListener("htmx:afterSwap", () => {
        for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    });
    document.addEventListener("htmx:sendError", () => stale("the service cannot be reached."));

    // The brakes: a button opens what is loaded already, and one press rolls back.
    document.addEventListener("click", (event) => {
        const opener = event.target.closest("[data-opens]");
        const dialog = opener && document.getElementById(opener.dataset.opens);
        if (dialog) {
            event.preventDefault();
            dialog.querySelector(".told").replaceChildren();
            dialog.querySelector("form[data-brake]").hidden = false;
            dialog.showModal();
        }
        const shower = event.target.closest("[data-shows]");
        if (shower) document.getElementById(shower.dataset.shows)?.showModal();
        if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
    });
    document.addEventListener("keydown", (event) => {
        if (event.key === " " && event.target.matches("[data-opens]")) {
            event.preventDefault();
            event.target.click();
        }
    });
    // Keys: j and k go through the rows of a list, each page names the others beside what they do, and ? tells of them.
    const typing = (target) => target.closest("input, textarea, select, [contenteditable], dialog");
    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
        if (event.key === "j" || event.key === "k") {
            const rows = [...document.querySelectorAll("[data-rows] tbody td:first-child a:first-of-type")];
            const now = rows.indexOf(document.activeElement);
            rows[event.key === "j" ? Math.min(now + 1, rows.length - 1) : Math.max(now - 1, 0)]?.focus();
        } else {
            const meant = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
            if (!meant) return;
            event.preventDefault();
            if (meant.matches("input")) meant.focus();
            else meant.click();
        }
    });
    document.addEventListener("submit", (event) => {
        const dialog = event.target.closest("dialog.brake");
        if (!dialog) return;
        event.preventDefault();
        if (event.target.matches("[data-brake]")) rollBack(event.target, dialog.querySelector(".told"));
        else send(event.target, dialog.querySelector(".told"));
    });

    const rollBack = async (form, told) => {
        const epoch = document.querySelector("[data-epoch]")?.dataset.epoch ?? 0;
        form.hidden = true;
        told.textContent = "Rolling back…";
        // Who has obeyed so far, until the proof says it to the millisecond.
        const watch = setInterval(async () => {
            const found = await part(`${told.dataset.obeying}?epoch=${epoch}`).catch(() => null);
            if (found?.ok && watching) told.innerHTML = await found.text();
        }, 250);
        let watching = true;
        const answer = await post(form).catch(() => null);
        watching = false;
        clearInterval(watch);
        if (!answer) {
            told.textContent = "The service cannot be reached: nobody knows whether it was rolled back. Press again, which does no harm.";
            form.hidden = false;
        } else await show(answer, told, form);
    };
    const send = async (form, told) => {
        const answer = await post(form).catch(() => null);
        if (answer) await show(answer, told, form);
    };
    const show = async (answer, told, form) => {
        // Signed out meanwhile: the page of the brakes is there after signing in, with nothing lost but a click.
        if (!answer.headers.get(PART)) return location.assign(form.action);
        told.innerHTML = await answer.text();
        told.querySelector("input[name=reason], button")?.focus();
        for (const each of document.querySelectorAll("[data-every]")) htmx.trigger(each, "tick");
    };
    // A form that was loaded before the session was renewed has an old token: a fresh one is asked for, once.
    const post = async (form) => {
        const body = () => new URLSearchParams(new FormData(form));
        const answer = await part(form.action, {method: "POST", body: body()});
        if (answer.status !== 403) return answer;
        const page = new DOMParser().parseFromString(await (await part(form.action.replace(/why\/$/, ""))).text(), "text/html");
        const fresh = page.querySelector("[name=csrfmiddlewaretoken]")?.value;
        if (!fresh) return answer;
        for (const each of document.querySelectorAll("[name=csrfmiddlewaretoken]")) each.value = fresh;
        return part(form.action, {method: "POST", body: body()});
    };
})();
