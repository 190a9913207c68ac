import frappe
from frappe.model.document import Document


class ServiceSubscription(Document):
	"""One recurring line at one place: a service, the 911 fee, or a discount."""


@frappe.whitelist()
def zone_price(item: str, service_location: str) -> float | None:
	"""What the item costs in the place's zone, negative for a discount; nothing where the zone does not sell it. Agents may not read Item Prices."""
	frappe.has_permission("Service Subscription", "create", throw=True)
	frappe.has_permission("Service Location", "read", doc=service_location, throw=True)
	zone = frappe.db.get_value("Service Location", service_location, "zone_tarifaire")
	price = zone and frappe.db.get_value("Item Price", {"item_code": item, "price_list": zone, "selling": 1}, "price_list_rate")
	if price is None or not zone:
		return None
	return -abs(price) if frappe.db.get_value("Item", item, "service_type") == "Discount" else price
