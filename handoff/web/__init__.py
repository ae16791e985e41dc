"""The desk: pages, HTTP API and live updates for operators."""
