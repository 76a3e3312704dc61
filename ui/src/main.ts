import { createApp } from "vue";

import App from "./App.vue";
import { application } from "./application";
import { backendKey, chooseBackend } from "./backend";

import "./style/fonts.css";
import "./style/tokens.css";
import "./style/base.css";

const app = createApp(App);
application.app = app;
app.provide(backendKey, await chooseBackend());
app.mount("#app");
