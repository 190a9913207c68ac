"""Commands of bench: `bench --site SITE gigafibre-keys`, `bench --site COPY gigafibre-rehearsal`."""

from contextlib import contextmanager

import click
import frappe
from frappe.commands import get_site, pass_context


@contextmanager
def _site(context):
	frappe.init(get_site(context))
	frappe.connect()
	frappe.set_user("Administrator")
	try:
		yield
	finally:
		frappe.destroy()


@click.command("gigafibre-keys")
@click.option("--hub-url", help="Where the hub answers; changes are told to it there")
@click.option("--new", "anew", is_flag=True, help="Draw new secrets; the hub must be given them before it can go on")
@pass_context
def keys(context, hub_url, anew):
	"""Print the lines of the hub's .env, once"""
	from gigafibre_fsm import connection

	with _site(context):
		lines = connection.show(hub_url, anew)
		frappe.db.commit()
	for name, value in lines.items():
		click.echo(f"{name}={value}")


@click.command("gigafibre-rehearsal")
@click.option("--keep", is_flag=True, help="Stop after the install, with the app in place")
@pass_context
def rehearsal(context, keep):
	"""Install and uninstall the app on a copy of a site, and say what each of them changed"""
	from gigafibre_fsm import rehearsal

	with _site(context):
		if not frappe.conf.allow_tests:
			raise click.ClickException("this site is not for tests (set-config allow_tests true); rehearse on a copy")
		unexplained = rehearsal.rehearse(click.echo, keep)
	if unexplained:
		raise click.ClickException(f"{unexplained} unexplained")


commands = [keys, rehearsal]
