import type { App } from "vue";

/** The running application, for what joins it after the start. Component tests have none. */
export const application: { app: App | null } = { app: null };
