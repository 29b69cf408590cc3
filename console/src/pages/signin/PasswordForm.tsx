/** An e-mail address and a password: sign in, make an account, or have a link sent that sets another password. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";

import type { ApiError } from "@/api/errors";
import { forget, logIn, register } from "@/session/password_login";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { Choice } from "@/ui/Choice";
import { TextField } from "@/ui/Field";
import { markFields } from "@/ui/forms";
import { Refusal } from "@/ui/Refusal";

type Wish = "in" | "new" | "forgot";
interface Fields {
  email: string;
  password: string;
}

const ACTS: Readonly<Record<Wish, (fields: Fields) => Promise<unknown>>> = {
  in: ({ email, password }) => logIn(email, password),
  new: ({ email, password }) => register(email, password),
  forgot: ({ email }) => forget(email),
};

export function PasswordForm() {
  const [wish, setWish] = useState<Wish>("in");
  const form = useForm<Fields>({ defaultValues: { email: "", password: "" } });
  const [refused, setRefused] = useState<ApiError | null>(null);
  const act = useMutation<unknown, ApiError, Fields>({
    mutationFn: (fields) => ACTS[wish]({ ...fields, email: fields.email.trim() }),
    onMutate: () => setRefused(null),
    onError: (error) => {
      const rest = markFields<Fields>(error, ["email", "password"], form.setError);
      setRefused(Object.keys(error.fields).length > 0 && Object.keys(rest).length === 0 ? null : error);
    },
  });
  const choose = (next: Wish): void => {
    setWish(next);
    setRefused(null);
    act.reset();
    form.clearErrors();
  };
  const { errors } = form.formState;
  const submit = form.handleSubmit((fields) => act.mutate(fields));
  if (act.isSuccess && wish !== "in") {
    return (
      <div role="status" className="flex flex-col gap-3">
        <p>{t(wish === "new" ? "signin.mailNew" : "signin.mailForgot")}</p>
        <Button onClick={() => choose("in")}>{t("signin.back")}</Button>
      </div>
    );
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-3">
      <Choice<Wish>
        label={t("signin.wish")}
        value={wish}
        choose={choose}
        options={[
          { value: "in", text: t("signin.wishIn") },
          { value: "new", text: t("signin.wishNew") },
          { value: "forgot", text: t("signin.wishForgot") },
        ]}
      />
      {refused !== null && <Refusal error={refused} />}
      <TextField
        label={t("signin.email")}
        type="email"
        autoComplete="username"
        error={errors.email?.message}
        {...form.register("email", { required: t("form.required") })}
      />
      {wish !== "forgot" && (
        <TextField
          label={t("signin.password")}
          hint={wish === "new" ? t("signin.passwordHint") : undefined}
          type="password"
          autoComplete={wish === "new" ? "new-password" : "current-password"}
          error={errors.password?.message}
          {...form.register("password", { required: t("form.required"), shouldUnregister: true })}
        />
      )}
      <Button type="submit" kind="primary" busy={act.isPending}>
        {t(wish === "in" ? "signin.doIn" : wish === "new" ? "signin.doNew" : "signin.doForgot")}
      </Button>
    </form>
  );
}
