/** From an exchange's file to a report that can be filed. */

import { t } from "@/texts";

import { Bring } from "./Bring";
import { Imports } from "./Imports";
import { NewReport } from "./NewReport";
import { Reports } from "./Reports";

export function TaxPage() {
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-4">
      <h1 className="text-2xl font-semibold">{t("nav.tax")}</h1>
      <div className="grid gap-4 xl:grid-cols-2">
        <Bring />
        <NewReport />
      </div>
      <Reports />
      <Imports />
    </div>
  );
}
