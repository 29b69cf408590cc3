/** What gas costs on a chain, how sure that is, and what comes next. */

import { t } from "@/texts";
import { useFilter } from "@/ui/filters";
import { SelectField } from "@/ui/Field";
import { Beside, Page } from "@/ui/Page";
import { Answer, Empty, Panel } from "@/ui/Panel";

import { Best } from "./Best";
import { Bounds } from "./Bounds";
import { Calls } from "./Calls";
import { Costs } from "./Costs";
import { Forecast } from "./Forecast";
import { Now } from "./Now";
import { Record } from "./Record";
import { useChains } from "./reading";

export function GasPage() {
  const chains = useChains();
  const [wished, wish] = useFilter("chain");
  const known = chains.data?.chains.filter((one) => one.kind === "evm") ?? [];
  const first = known.find((one) => one.newestBlock !== null) ?? known[0];
  const chosen = known.find((one) => one.name === wished) ?? first;
  const chain = chosen?.name ?? "";
  const symbol = chosen?.nativeSymbol ?? "";
  return (
    <Page title={t("nav.gas")}>
      <Panel title={t("gas.now")}>
        <Answer of={chains}>
          {() =>
            chosen === undefined ? (
              <Empty>{t("gas.noChain")}</Empty>
            ) : (
              <>
                <div className="mb-4 max-w-xs">
                  <SelectField
                    label={t("gas.chain")}
                    value={chain}
                    onChange={(event) => wish(event.target.value)}
                    options={known.map((one) => ({ value: one.name, text: one.title }))}
                  />
                </div>
                <Now chain={chain} />
              </>
            )
          }
        </Answer>
      </Panel>
      <Best key={`best-${chain}`} chain={chain} symbol={symbol} />
      <Forecast chain={chain} />
      <Costs chain={chain} symbol={symbol} />
      <Beside>
        <Bounds chain={chain} symbol={symbol} />
        <Calls key={chain} chain={chain} symbol={symbol} />
      </Beside>
      <Record chain={chain} />
    </Page>
  );
}
