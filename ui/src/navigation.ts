import { reactive } from "vue";

import type { DossierQuery, PickedFile } from "./backend/backend";

/** Where the person is. Two levels: home, and one dossier. */
export type Place =
  | { view: "home"; scope: DossierQuery["scope"]; making?: boolean }
  | { view: "settings"; section?: string }
  | { view: "about" }
  | { view: "registers" }
  | { view: "verify" }
  /** `file`: a package to be verified. */
  | { view: "archive"; file?: PickedFile }
  /** `file`: a package to be looked into; `document`: a draft with a second version; `receiving`: a package is to be picked. */
  | { view: "exchange"; file?: PickedFile; document?: string; receiving?: boolean }
  /** `part`: 审批与签字 instead of the form. */
  | { view: "dossier"; release: number; document: string | null; part?: "sign" };

/** What the home list looked like when the person left it: Esc leads back to the same row and scroll position. */
export interface HomeMemory {
  scrollTop: number;
  selected: number | null;
  scope: DossierQuery["scope"];
}

export const navigation = reactive({
  place: { view: "home", scope: "all" } as Place,
  home: { scrollTop: 0, selected: null, scope: "all" } as HomeMemory,
});

export function go(place: Place): void {
  if (place.view === "home") navigation.home.scope = place.scope;
  navigation.place = place;
}

/** Back to the list as it was left. */
export function goHome(): void {
  go({ view: "home", scope: navigation.home.scope });
}
