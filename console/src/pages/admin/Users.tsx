/** Users, found by a whole id and filtered by plan and status. */

import { useState } from "react";
import { useForm } from "react-hook-form";

import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { SelectField, TextField } from "@/ui/Field";
import { oneOf, useFilter } from "@/ui/filters";
import { safeName } from "@/money/hostile";
import { Name } from "@/ui/Name";
import { Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";
import { Ago } from "@/ui/Time";

import { nameOf, Person, Status } from "./Person";
import { Staffed } from "./Proof";
import { STATUSES, TIERS, usePeople, type Person as One } from "./reading";

const any = { value: "", text: t("admin.any") };

export function Users() {
  const form = useForm<{ query: string }>({ defaultValues: { query: "" } });
  // Who is looked for is no part of the address: it says who somebody is.
  const [query, setQuery] = useState("");
  const [tier, setTier] = useFilter("tier");
  const [status, setStatus] = useFilter("status");
  const [opened, setOpened] = useState<One | null>(null);
  const people = usePeople({ query: query === "" ? undefined : query, tier: oneOf(TIERS, tier), status: oneOf(STATUSES, status) });
  const submit = form.handleSubmit((fields) => setQuery(fields.query.trim()));
  return (
    <Panel title={t("admin.users")}>
      <form onSubmit={(event) => void submit(event)} role="search" className="mb-3 grid items-end gap-3 sm:grid-cols-[2fr_1fr_1fr_auto]">
        <TextField label={t("admin.query")} type="search" error={people.error?.fields["query"]} {...form.register("query")} />
        <SelectField
          label={t("admin.tier")}
          value={tier}
          onChange={(event) => setTier(event.target.value)}
          options={[any, ...TIERS.map((value) => ({ value, text: value }))]}
        />
        <SelectField
          label={t("admin.status")}
          value={status}
          onChange={(event) => setStatus(event.target.value)}
          options={[any, ...STATUSES.map((value) => ({ value, text: t(`admin.status.${value}`) }))]}
        />
        <Button type="submit">{t("admin.find")}</Button>
      </form>
      <Staffed of={people}>
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
              { title: t("admin.status"), cell: (row) => <Status of={row} /> },
              { title: t("admin.roles"), cell: (row) => (row.roles.length === 0 ? "–" : row.roles.join(", ")) },
              { title: t("admin.lastActive"), cell: (row) => (row.lastActive === null ? "–" : <Ago at={row.lastActive} />) },
              {
                title: t("admin.open"),
                cell: (row) => (
                  <Button aria-label={t("admin.openOf", { who: safeName(nameOf(row)) })} onClick={() => setOpened(row)}>
                    {t("admin.open")}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Staffed>
      {opened !== null && <Person of={opened} close={() => setOpened(null)} />}
    </Panel>
  );
}
