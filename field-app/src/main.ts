import "@gigafibre/theme/fonts.css";
import "@gigafibre/theme/tokens.css";
import "quasar/dist/quasar.css";
import "./styles/base.css";
import { Quasar } from "quasar";
import { createApp } from "vue";
import App from "./App.vue";

createApp(App).use(Quasar, { plugins: {}, config: { dark: "auto" } }).mount("#app");
