import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import "./app.css";
import { queries } from "@/api/queries";
import { begin, restore } from "@/session/session";
import { begin as beginPages, Entrance } from "@/shell/Entrance";
import { sample } from "@/shell/sample";
import { keepShell } from "@/shell/worker";
import { beginStream } from "@/streams/shared";
import { beginDensity } from "@/ui/density";
import { beginTheme } from "@/ui/theme";

beginTheme();
beginDensity();
begin();
beginStream();
void restore();
beginPages();
keepShell();
sample();

const place = document.getElementById("root");
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Entrance />
      </QueryClientProvider>
    </StrictMode>,
  );
}
