import { createApp } from "vue";

import App from "./App.vue";
import { backendKey, chooseBackend } from "./backend";

import "./style/library.css";
import "./style/fonts.css";
import "./style/tokens.css";
import "./style/element.css";
import "./style/base.css";

const app = createApp(App);
app.provide(backendKey, await chooseBackend());
app.mount("#app");
