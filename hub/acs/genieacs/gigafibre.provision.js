/* global declare, commit, ext */
// Tells the hub of every inform, and learns from the same answer what the device is to be told. It is told only where its ProvisioningCode says
// something else: that comes in every Inform, and is empty after a factory reset, of which GenieACS's own database knows nothing.
const now = Date.now();
const first = (path, since) => {
  const found = declare(path, { value: since });
  return found.size && found.value ? String(found.value[0]) : "";
};
const happened = (event) => first("Events." + event, 1) === String(now);

const tr181 = declare("Device.DeviceInfo.ProvisioningCode", { value: 1 });
const tr098 = declare("InternetGatewayDevice.DeviceInfo.ProvisioningCode", { value: 1 });
const root = tr181.size ? "Device" : "InternetGatewayDevice";
const code = tr181.size ? tr181 : tr098;
const serial = first("DeviceID.SerialNumber", 1);

const booted = happened("0_BOOTSTRAP") || happened("1_BOOT");
const called = happened("6_CONNECTION_REQUEST") ? "connection_request" : happened("4_VALUE_CHANGE") ? "value_change" : "periodic";
// Measured again at each start, and otherwise every five minutes at most.
const lately = booted ? now : Date.now(300000);
const light = first(tr181.size ? "Device.Optical.Interface.*.OpticalSignalLevel" : "InternetGatewayDevice.WANDevice.*.*.RXPower", lately);
const mac = first(tr181.size ? "Device.Ethernet.Interface.*.MACAddress" : "InternetGatewayDevice.WANDevice.*.WANConnectionDevice.*.WANIPConnection.*.MACAddress", 1);
const address = first(tr181.size ? "Device.IP.Interface.*.IPv4Address.*.IPAddress" : "InternetGatewayDevice.WANDevice.*.WANConnectionDevice.*.WANIPConnection.*.ExternalIPAddress", 1);
const firmware = first(root + ".DeviceInfo.SoftwareVersion", 1);

const said = {
  model: tr181.size ? "tr181" : "tr098",
  oui: first("DeviceID.OUI", 1),
  product_class: first("DeviceID.ProductClass", 1),
  mac: mac.replace(/[^0-9A-Fa-f]/g, "").toUpperCase(),
  ip: address || first(root + ".ManagementServer.ConnectionRequestURL", 1).replace(/^https?:\/\/|[:/].*$/g, ""),
  firmware,
  light,
  event: happened("0_BOOTSTRAP") ? "bootstrap" : happened("1_BOOT") ? "boot" : called,
};
const wanted = ext("gigafibre", "inform", serial, String(now), JSON.stringify(said));

if (wanted) {
  if (!code.size || code.value[0] !== wanted.hash) {
    // Now, so that a value GenieACS believes to be there already is sent all the same.
    for (const { path, value, type } of wanted.parameters) declare(path, { value: now }, { value: [value, type] });
    commit();
    ext("gigafibre", "activated", serial, wanted.hash, firmware);
    declare(root + ".DeviceInfo.ProvisioningCode", { value: now }, { value: [wanted.hash, "xsd:string"] });
  }
  if (wanted.firmware) {
    // A constant moment for each version: asked for once, and not again in every session.
    const campaign = Array.from(wanted.firmware.version).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1000000, 7) + 1600000000000;
    declare("Downloads.[FileType:1 Firmware Upgrade Image]", { path: 1 }, { path: 1 });
    declare("Downloads.[FileType:1 Firmware Upgrade Image].FileName", { value: 1 }, { value: wanted.firmware.file });
    declare("Downloads.[FileType:1 Firmware Upgrade Image].Download", { value: 1 }, { value: campaign });
  }
}
