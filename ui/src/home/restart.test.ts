import type { VueWrapper } from "@vue/test-utils";
import { afterEach, expect, it, vi } from "vitest";

import App from "../App.vue";
import { go, goHome } from "../navigation";
import { restart } from "../restart";
import { backendOf, find, found, settle, show } from "./testing";

let view: VueWrapper | undefined;
afterEach(() => {
  view?.unmount();
  document.body.innerHTML = "";
});

it("asks for the list once at a start, and shows it with the window", async () => {
  const backend = backendOf(3);
  const asking = vi.spyOn(backend, "dossiers");
  view = await show(App, backend);
  expect(find("[data-total]").textContent).toBe("3");
  expect(asking).toHaveBeenCalledTimes(1);
});

it("asks for the list again when it is seen long after other data took the place of these", async () => {
  const backend = backendOf(3);
  view = await show(App, backend);
  go({ view: "about" });
  await found("[data-action=back]");
  await restart();
  const asking = vi.spyOn(backend, "dossiers");
  goHome();
  await settle();
  expect(find("[data-total]").textContent).toBe("3");
  expect(asking).toHaveBeenCalledTimes(1);
});
