/** The provider's invoices; each opens at the provider's own page. */

import { localTime } from "@/money/times";
import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Answer, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";

import { useInvoices } from "./reading";

const isPage = (url: string | null): url is string => url !== null && /^https?:\/\//.test(url);

export function Invoices() {
  const invoices = useInvoices();
  return (
    <Panel title={t("usage.invoices")}>
      <Answer of={invoices}>
        {(rows) => (
          <Table
            caption={t("usage.invoices")}
            rows={rows}
            id={(row) => row.id}
            empty={t("usage.noInvoices")}
            columns={[
              { title: t("usage.number"), cell: (row) => row.number ?? row.id },
              { title: t("usage.period"), cell: (row) => (row.periodStart === null ? "–" : localTime(row.periodStart)) },
              { title: t("usage.amount"), number: true, cell: (row) => `${row.amount} ${row.currency.toUpperCase()}` },
              { title: t("usage.status"), cell: (row) => <Badge>{row.status}</Badge> },
              {
                title: t("usage.open"),
                cell: (row) =>
                  isPage(row.url) ? (
                    <a className="underline" href={row.url} target="_blank" rel="noopener noreferrer">
                      {t("usage.open")} <span aria-hidden="true">↗</span>
                    </a>
                  ) : (
                    ""
                  ),
              },
            ]}
          />
        )}
      </Answer>
    </Panel>
  );
}
