"""What a command line tool imports before it does anything."""

import argparse
import collections
import csv
import dataclasses
import datetime
import functools
import json
import logging
import pathlib
import re
import tempfile
import typing
import urllib.parse

modules = argparse, collections, csv, dataclasses, datetime, functools, json
modules += logging, pathlib, re, tempfile, typing, urllib.parse
