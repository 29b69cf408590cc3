/** Rules, what they fired, and where that is told. */

import { t } from "@/texts";

import { Destinations } from "./Destinations";
import { Fired } from "./Fired";
import { NewRule } from "./NewRule";
import { Rules } from "./Rules";

export function AlertsPage() {
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-4">
      <h1 className="text-2xl font-semibold">{t("nav.alerts")}</h1>
      <Fired />
      <Rules />
      <NewRule />
      <Destinations />
    </div>
  );
}
