import { shallowRef } from "vue";

import type { DossierPage } from "../backend/backend";

/** How many dossiers there are of each kind, as the list last said: the sidebar shows them beside every screen. */
export const counts = shallowRef<DossierPage["counts"]>();
