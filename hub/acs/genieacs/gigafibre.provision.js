/* global declare, commit, ext */
// Tells the hub of every inform, and learns from the same answer what the device is to be told. It is told only where its ProvisioningCode says
// something else: that comes in every Inform, and is empty after a factory reset, of which GenieACS's own database knows nothing.
const now = Date.now();
const text = (found) => (found.size && found.value ? String(found.value[0]) : "");
const events = ["0_BOOTSTRAP", "1_BOOT", "6_CONNECTION_REQUEST", "4_VALUE_CHANGE"].map((event) => declare("Events." + event, { value: 1 }));
const id = declare("DeviceID.SerialNumber", { value: 1 });
const oui = declare("DeviceID.OUI", { value: 1 });
const productClass = declare("DeviceID.ProductClass", { value: 1 });
const tr181 = declare("Device.DeviceInfo.ProvisioningCode", { value: 1 });
const tr098 = declare("InternetGatewayDevice.DeviceInfo.ProvisioningCode", { value: 1 });

const root = tr181.size ? "Device" : "InternetGatewayDevice";
const code = tr181.size ? tr181 : tr098;
const serial = text(id);
const [bootstrap, boot, called, changed] = events.map((event) => text(event) === String(now));

// All declared before the first is read: each reading of what is not known yet runs the script again, and each run has 50 ms.
const WAN = "InternetGatewayDevice.WANDevice.*.WANConnectionDevice.*.WANIPConnection.*";
// Measured again at each start, and otherwise every five minutes at most.
const lately = bootstrap || boot ? now : Date.now(300000);
const light = declare(tr181.size ? "Device.Optical.Interface.*.OpticalSignalLevel" : "InternetGatewayDevice.WANDevice.*.*.RXPower", { value: lately });
const mac = declare(tr181.size ? "Device.Ethernet.Interface.*.MACAddress" : WAN + ".MACAddress", { value: 1 });
const address = declare(tr181.size ? "Device.IP.Interface.*.IPv4Address.*.IPAddress" : WAN + ".ExternalIPAddress", { value: 1 });
const caller = declare(root + ".ManagementServer.ConnectionRequestURL", { value: 1 });
const version = declare(root + ".DeviceInfo.SoftwareVersion", { value: 1 });
const firmware = text(version);

const said = {
  model: tr181.size ? "tr181" : "tr098",
  oui: text(oui),
  product_class: text(productClass),
  mac: text(mac).replace(/[^0-9A-Fa-f]/g, "").toUpperCase(),
  ip: text(address) || text(caller).replace(/^https?:\/\/|[:/].*$/g, ""),
  firmware,
  light: text(light),
  event: bootstrap ? "bootstrap" : boot ? "boot" : called ? "connection_request" : changed ? "value_change" : "periodic",
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
