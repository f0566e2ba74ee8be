"""Executes a notebook of these cells (a JSON list on standard input) in a kernel; prints it as HTML. argv: light or dark."""

import json
import sys

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

cells = [nbformat.v4.new_markdown_cell("# A notebook")]
cells += [nbformat.v4.new_code_cell(cell) for cell in json.load(sys.stdin)]
notebook = nbformat.v4.new_notebook(cells=cells)
NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
html, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
print("<!doctype html><meta charset=utf-8><style>:root { color-scheme: light dark }</style>%s" % html)
