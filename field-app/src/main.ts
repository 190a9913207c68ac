import "@gigafibre/theme/fonts.css";
import "@gigafibre/theme/tokens.css";
import "quasar/dist/quasar.css";
import "@gigafibre/theme/quasar.css";
import "./styles/base.css";
import { Dialog, Notify, Quasar } from "quasar";
import iconSet from "quasar/icon-set/svg-material-symbols-rounded.js";
import french from "quasar/lang/fr.js";
import { createApp } from "vue";
import App from "./App.vue";
import { keepUpdated } from "./features/app-update/app-update.ts";
import { resumeSession } from "./features/session/session.ts";
import { router } from "./routes.ts";

resumeSession();
createApp(App)
  .use(Quasar, { plugins: { Dialog, Notify }, lang: french, iconSet, config: { notify: { position: "top", timeout: 6000 } } })
  .use(router)
  .mount("#app");
keepUpdated();
