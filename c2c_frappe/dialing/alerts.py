"""Tells PBX Managers at once what they should know, in their notifications. Decides nothing and stops no call."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.desk.doctype.notification_log.notification_log import enqueue_create_notification
from frappe.utils import escape_html, get_fullname
from frappe.utils.user import get_users_with_role
from redis.exceptions import RedisError

from c2c_frappe import companies, permissions
from c2c_frappe.dialing import usage

SETTINGS = "PBX Settings"


def cap_reached(agent: str, company: str, cap: str, limit: int) -> None:
	"""Alert managers that a cap stopped a call of this company, the first time of the day it stops this agent.

	Who is kept from the company's calls is told nothing.
	"""
	if usage.count_refused(usage.today(), agent, "rate_limited"):
		return
	name = frappe.bold(escape_html(get_fullname(agent)))
	sentence = {
		"user_minute": _("{0} has reached the call limit of {1} per minute."),
		"user_day": _("{0} has reached the call limit of {1} per day."),
		"site_minute": _("A call by {0} brought the site to its limit of {1} calls per minute."),
		"site_day": _("A call by {0} brought the site to its limit of {1} calls per day."),
	}[cap]
	about = {"document_type": SETTINGS, "document_name": SETTINGS, "from_user": agent}
	managers = [
		manager
		for manager in get_users_with_role(permissions.MANAGER)
		if not companies.is_kept_from(manager, company)
	]
	notice = {"type": "Alert", "subject": sentence.format(name, limit), **about}
	try:
		enqueue_create_notification(managers, notice)
	except RedisError:
		frappe.log_error("PBX alert", f"{notice['subject']} The queue is down: no manager was told.")
