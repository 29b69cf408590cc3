/** Find a user by a whole id, and act on him with a reason. */

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
import { Name } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";
import { Table } from "@/ui/Table";
import { Ago } from "@/ui/Time";

import { act, usePeople, type Action, type Person } from "./reading";

interface Wish {
  action: Action;
  person: Person;
}

const nameOf = (of: Person): string => of.email ?? of.walletAddress ?? of.externalId;

function Reasoned({ wish, close }: { wish: Wish; close: () => void }) {
  const [reason, setReason] = useState("");
  const done = useMutation<unknown, ApiError>({
    mutationFn: () => act(wish.action, wish.person.id, reason.trim()),
    onSuccess: () => {
      close();
      void readAnew(["admin"]);
    },
  });
  return (
    <Dialog
      title={t("admin.sure", { what: t(`admin.${wish.action}`), who: safeName(nameOf(wish.person)) })}
      open
      close={close}
      answer={{ text: t(`admin.${wish.action}`), danger: wish.action !== "unrestrict", busy: done.isPending, act: () => done.mutate() }}
    >
      <TextField
        label={t("admin.reason")}
        hint={t("admin.reasonHint")}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        error={done.error?.fields["reason"]}
      />
      {done.error !== null && done.error.fields["reason"] === undefined && <Refusal error={done.error} />}
    </Dialog>
  );
}

export function Users() {
  const form = useForm<{ query: string }>({ defaultValues: { query: "" } });
  const [query, setQuery] = useState("");
  const [wish, setWish] = useState<Wish | null>(null);
  const people = usePeople(query);
  const submit = form.handleSubmit((fields) => setQuery(fields.query.trim()));
  return (
    <Panel title={t("admin.users")}>
      <form onSubmit={(event) => void submit(event)} role="search" className="mb-3 grid items-end gap-3 sm:grid-cols-[1fr_auto]">
        <TextField label={t("admin.query")} type="search" {...form.register("query")} />
        <Button type="submit">{t("admin.find")}</Button>
      </form>
      <Answer of={people}>
        {() => (
          <Table
            caption={t("admin.users")}
            rows={people.rows}
            id={(row) => row.id}
            empty={t("admin.noUsers")}
            more={people.hasNextPage ? people.fetchNextPage : undefined}
            loadingMore={people.isFetchingNextPage}
            columns={[
              { title: t("admin.user"), cell: (row) => <Name of={nameOf(row)} /> },
              { title: t("admin.tier"), cell: (row) => row.tier },
              { title: t("admin.status"), cell: (row) => <Badge tone={row.status === "active" ? "good" : "bad"}>{row.status}</Badge> },
              { title: t("admin.roles"), cell: (row) => row.roles.join(", ") },
              { title: t("admin.lastActive"), cell: (row) => (row.lastActive === null ? "–" : <Ago at={row.lastActive} />) },
              {
                title: "",
                cell: (row) => (
                  <span className="flex flex-wrap gap-2">
                    <Button kind="danger" onClick={() => setWish({ action: row.status === "active" ? "restrict" : "unrestrict", person: row })}>
                      {t(row.status === "active" ? "admin.restrict" : "admin.unrestrict")}
                    </Button>
                    <Button onClick={() => setWish({ action: "logout", person: row })}>{t("admin.logout")}</Button>
                  </span>
                ),
              },
            ]}
          />
        )}
      </Answer>
      {wish !== null && <Reasoned wish={wish} close={() => setWish(null)} />}
    </Panel>
  );
}
