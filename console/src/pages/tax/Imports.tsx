/** What was imported, each to be undone. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { safeName } from "@/money/hostile";
import { count } from "@/money/format";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Name } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";
import { Table } from "@/ui/Table";
import { At } from "@/ui/Time";

import { undo, useImports, type Import } from "./reading";

export function Imports() {
  const imports = useImports();
  const [leaving, setLeaving] = useState<Import | null>(null);
  const remove = useMutation<unknown, ApiError, string>({
    mutationFn: undo,
    onSuccess: () => {
      setLeaving(null);
      void readAnew(["tax"]);
    },
  });
  return (
    <Panel title={t("tax.imports")}>
      <Answer of={imports}>
        {() => (
          <Table
            caption={t("tax.imports")}
            rows={imports.rows}
            id={(row) => row.id}
            empty={t("tax.noImports")}
            more={imports.hasNextPage ? imports.fetchNextPage : undefined}
            loadingMore={imports.isFetchingNextPage}
            columns={[
              { title: t("tax.time"), cell: (row) => <At at={row.createdAt} /> },
              { title: t("tax.name"), cell: (row) => <Name of={row.name} /> },
              { title: t("tax.kind"), cell: (row) => row.kind },
              { title: t("tax.lines"), number: true, cell: (row) => count(row.lines) },
              { title: t("tax.new"), number: true, cell: (row) => count(row.added) },
              {
                title: "",
                cell: (row) => (
                  <Button kind="danger" onClick={() => setLeaving(row)}>
                    {t("tax.undo")}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Answer>
      <Dialog
        title={t("tax.undo")}
        open={leaving !== null}
        close={() => setLeaving(null)}
        answer={{ text: t("tax.undo"), danger: true, busy: remove.isPending, act: () => leaving !== null && remove.mutate(leaving.id) }}
      >
        {leaving !== null && <p>{t("tax.undoSure", { name: safeName(leaving.name) })}</p>}
        {remove.error !== null && <Refusal error={remove.error} />}
      </Dialog>
    </Panel>
  );
}
