/** What any component may be given besides its own: it ends on its element. */
import type { AriaAttributes } from "vue";

declare module "vue" {
  interface HTMLAttributes {
    /** What a script reads off an element. */
    [data: `data-${string}`]: string | number | undefined;
  }
  interface ComponentCustomProps extends AriaAttributes {
    id?: string;
    lang?: string;
    inputmode?: "none" | "text" | "decimal" | "numeric" | "tel" | "email";
    autocomplete?: string;
    autocapitalize?: string;
    name?: string;
    role?: string;
    placeholder?: string;
    onKeydown?: (event: KeyboardEvent) => void;
    maxlength?: number;
    tabindex?: number;
  }
}
