/** API keys: make one, see it once, revoke it. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { markFields } from "@/ui/forms";
import { Name } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";
import { Table } from "@/ui/Table";
import { Ago } from "@/ui/Time";

import { addKey, revokeKey, useKeys, type Key } from "./reading";

interface Fields {
  name: string;
  scopes: string;
}

const scopesOf = (text: string): string[] => text.split(/[\s,]+/).filter((scope) => scope !== "");

function NewKey() {
  const form = useForm<Fields>({ defaultValues: { name: "", scopes: "" } });
  const [refused, setRefused] = useState<ApiError | null>(null);
  const add = useMutation<Awaited<ReturnType<typeof addKey>>, ApiError, Fields>({
    mutationFn: ({ name, scopes }) => addKey({ name, scopes: scopesOf(scopes), expiresAt: null, networks: null, alertsEnabled: true }),
    onSuccess: () => {
      form.reset();
      setRefused(null);
      void readAnew(["account", "keys"]);
    },
    onError: (error) => {
      const rest = markFields<Fields>(error, ["name", "scopes"], form.setError);
      setRefused(Object.keys(error.fields).length > 0 && Object.keys(rest).length === 0 ? null : error);
    },
  });
  const { errors } = form.formState;
  const submit = form.handleSubmit((fields) => add.mutate(fields));
  const made = add.data?.data.key;
  return (
    <>
      <form onSubmit={(event) => void submit(event)} noValidate className="mb-3 grid items-start gap-3 sm:grid-cols-[1fr_2fr_auto]">
        <TextField label={t("account.keyName")} error={errors.name?.message} {...form.register("name", { required: t("form.required") })} />
        <TextField
          label={t("account.scopes")}
          hint={t("account.scopesHint")}
          error={errors.scopes?.message}
          {...form.register("scopes", { required: t("form.required") })}
        />
        <Button type="submit" kind="primary" busy={add.isPending} className="sm:mt-7">
          {t("account.newKey")}
        </Button>
      </form>
      {refused !== null && <Refusal error={refused} />}
      {made != null && (
        <p role="status" className="mb-3 rounded-lg bg-good-soft p-3">
          {t("account.newKeyShown")} <code className="break-all">{made}</code>
        </p>
      )}
    </>
  );
}

export function Keys() {
  const keys = useKeys();
  const [leaving, setLeaving] = useState<Key | null>(null);
  const revoke = useMutation<unknown, ApiError, string>({
    mutationFn: revokeKey,
    onSuccess: () => {
      setLeaving(null);
      void readAnew(["account", "keys"]);
    },
  });
  return (
    <Panel title={t("account.keys")}>
      {(keys.data !== undefined || keys.error === null) && <NewKey />}
      <Answer of={keys}>
        {() => (
          <Table
            caption={t("account.keys")}
            rows={keys.rows}
            id={(row) => row.id}
            empty={t("account.noKeys")}
            more={keys.hasNextPage ? keys.fetchNextPage : undefined}
            loadingMore={keys.isFetchingNextPage}
            columns={[
              {
                title: t("account.keyName"),
                cell: (row) => (
                  <span>
                    <Name of={row.name} /> <code className="text-sm">{row.prefix}…</code>
                  </span>
                ),
              },
              { title: t("account.scopes"), cell: (row) => row.scopes.join(", ") },
              { title: t("account.lastUsed"), cell: (row) => (row.lastUsedAt === null ? "–" : <Ago at={row.lastUsedAt} />) },
              {
                title: "",
                cell: (row) =>
                  row.revokedAt === null ? (
                    <Button kind="danger" onClick={() => setLeaving(row)}>
                      {t("account.revoke")}
                    </Button>
                  ) : (
                    <Badge>{t("account.revoked")}</Badge>
                  ),
              },
            ]}
          />
        )}
      </Answer>
      <Dialog
        title={t("account.revoke")}
        open={leaving !== null}
        close={() => setLeaving(null)}
        answer={{ text: t("account.revoke"), danger: true, busy: revoke.isPending, act: () => leaving !== null && revoke.mutate(leaving.id) }}
      >
        {leaving !== null && <p>{t("account.keySure", { name: safeName(leaving.name) })}</p>}
        {revoke.error !== null && <Refusal error={revoke.error} />}
      </Dialog>
    </Panel>
  );
}
