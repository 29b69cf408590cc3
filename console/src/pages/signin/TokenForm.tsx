/** A token of the stage on this machine: it ends with itself, and nothing renews it. */

import { useForm } from "react-hook-form";

import { accept } from "@/session/session";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";

const DAY_MS = 86_400_000;

/** When a token says it ends; a day from now where it does not say. */
function endOf(token: string): number | null {
  const [, payload, signature] = token.split(".");
  if (payload === undefined || signature === undefined) return null;
  try {
    const found: unknown = JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/")));
    const end = typeof found === "object" && found !== null ? (found as { exp?: unknown }).exp : null;
    return typeof end === "number" ? end * 1000 : Date.now() + DAY_MS;
  } catch {
    return null;
  }
}

export function TokenForm() {
  const form = useForm<{ token: string }>();
  const use = form.handleSubmit(({ token }) => {
    const given = token.trim();
    const expiresAt = endOf(given);
    if (expiresAt === null) form.setError("token", { message: t("signin.tokenBad") });
    else accept({ accessToken: given, expiresAt, renewable: false });
  });
  return (
    <form onSubmit={(event) => void use(event)} noValidate className="flex flex-col gap-3">
      <TextField
        label={t("signin.token")}
        hint={t("signin.tokenHint")}
        type="password"
        error={form.formState.errors.token?.message}
        {...form.register("token", { required: t("form.required") })}
      />
      <Button type="submit">{t("signin.tokenUse")}</Button>
    </form>
  );
}
