import "@gigafibre/theme/fonts.css";
import "@gigafibre/theme/tokens.css";
import "quasar/dist/quasar.css";
import "@gigafibre/theme/quasar.css";
import "./styles/base.css";
import { VueQueryPlugin } from "@tanstack/vue-query";
import { createPinia } from "pinia";
import { Dialog, Notify, Quasar } from "quasar";
import iconSet from "quasar/icon-set/svg-material-symbols-rounded.js";
import french from "quasar/lang/fr.js";
import { createApp } from "vue";
import App from "./App.vue";
import { useSession } from "./features/session/session.ts";
import { queryClient } from "./query-client.ts";
import { router } from "./routes.ts";

const app = createApp(App)
  .use(Quasar, { plugins: { Dialog, Notify }, lang: french, iconSet, config: { notify: { position: "bottom-right", timeout: 8000 } } })
  .use(createPinia())
  .use(VueQueryPlugin, { queryClient });
void useSession().resume();
app.use(router).mount("#app");
