import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { type Component, nextTick } from "vue";

import { backendKey } from "../backend";
import type { Backend } from "../backend/backend";
import { memoryBackend } from "../backend/memory";
import { home } from "../backend/memory/home";
import { navigation } from "../navigation";
import { beginSession } from "../session";
import { asked, NOTHING_ASKED } from "./list";

/** A backend with so many releases, and what was asked of it. */
export function backendOf(releases: number, changes: Partial<Backend> = {}): Backend {
  return { ...memoryBackend(), ...home(releases), ...changes };
}

/** Shows a screen as the program does after its start. */
export async function show(component: Component, backend: Backend, props: Record<string, unknown> = {}): Promise<VueWrapper> {
  Object.assign(asked, NOTHING_ASKED);
  navigation.home = { scrollTop: 0, selected: null, scope: "all" };
  return showAgain(component, backend, props);
}

/** As `show`, with what the window remembers of before. */
export async function showAgain(component: Component, backend: Backend, props: Record<string, unknown> = {}): Promise<VueWrapper> {
  await beginSession(backend);
  const view = mount(component, { props, global: { provide: { [backendKey as symbol]: backend } }, attachTo: document.body });
  await settle();
  return view;
}

/** Lets pauses pass and answers come. */
export async function settle(ms = 0): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  await flushPromises();
  await nextTick();
  await flushPromises();
}

export async function press(key: string, init: KeyboardEventInit = {}): Promise<void> {
  const target = document.activeElement ?? document.body;
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init }));
  await settle();
}

/** The first that fits, anywhere in the window. */
export function find<T extends HTMLElement = HTMLElement>(selector: string): T {
  const found = document.querySelector<T>(selector);
  if (!found) throw new Error(`nothing fits ${selector}`);
  return found;
}

/** As `find`, for what comes a moment later. */
export async function found<T extends HTMLElement = HTMLElement>(selector: string): Promise<T> {
  for (let tried = 0; tried < 200 && !document.querySelector(selector); tried += 1) await settle(20);
  return find<T>(selector);
}

export async function type(selector: string, text: string): Promise<void> {
  const input = find<HTMLInputElement>(selector);
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await settle();
}
