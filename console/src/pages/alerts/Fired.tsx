/** What fired, the newest first; it grows by itself while the stream is live. */

import { t } from "@/texts";
import { Badge, type Tone } from "@/ui/Badge";
import { Name } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";
import { At } from "@/ui/Time";

import { useFired, type Alert } from "./reading";

const TONES: Readonly<Record<string, Tone>> = { sent: "good", pending: "plain", failed: "warn", dead: "bad" };

function Told({ of }: { of: Alert }) {
  return (
    <span className="flex flex-wrap gap-1">
      {of.deliveries.map((one) => (
        <span key={one.id} title={one.lastError ?? undefined}>
          <Badge tone={TONES[one.status] ?? "plain"}>{`${one.channel}: ${one.status}`}</Badge>
        </span>
      ))}
    </span>
  );
}

export function Fired() {
  const fired = useFired();
  return (
    <Panel title={t("alerts.feed")}>
      <div aria-live="polite">
        <Answer of={fired}>
          {() => (
            <Table
              caption={t("alerts.feed")}
              rows={fired.rows}
              id={(row) => row.id}
              empty={t("alerts.noFeed")}
              more={fired.hasNextPage ? fired.fetchNextPage : undefined}
              loadingMore={fired.isFetchingNextPage}
              columns={[
                { title: t("alerts.time"), cell: (row) => <At at={row.triggeredAt} /> },
                {
                  title: t("alerts.message"),
                  cell: (row) => (
                    <span className="flex flex-wrap items-center gap-2">
                      <span className={row.retractedAt === null ? "" : "line-through"}>
                        <Message of={row.message} />
                      </span>
                      {row.retractedAt !== null && <Badge tone="warn">{t("alerts.retracted")}</Badge>}
                      {row.isTest && <Badge>{t("alerts.test")}</Badge>}
                    </span>
                  ),
                },
                { title: t("alerts.rule"), cell: (row) => <Name of={row.ruleName} /> },
                { title: t("alerts.deliveries"), cell: (row) => <Told of={row} /> },
              ]}
            />
          )}
        </Answer>
      </div>
    </Panel>
  );
}

/** A sentence with names of others in it: each word is made harmless by itself, so that its length is kept. */
const Message = ({ of }: { of: string }) => (
  <>
    {of
      .slice(0, 1_000)
      .split(" ")
      .map((word, place) => (
        <span key={`${String(place)}-${word.slice(0, 20)}`}>
          {place > 0 && " "}
          <Name of={word} />
        </span>
      ))}
  </>
);
