import { z } from "zod";

/** Languages a person may choose. French comes first everywhere. */
export const language = z.enum(["fr", "en"]);
export type Language = z.infer<typeof language>;

/** One text in both languages. */
export const bilingual = z.object({ fr: z.string(), en: z.string() });
export type Bilingual = z.infer<typeof bilingual>;
