/* global declare, commit, ext */
// Asks the hub on every inform what the device is to be told, and tells it only where its ProvisioningCode says something else: it comes in
// every Inform, and is empty after a factory reset, of which GenieACS's own database knows nothing.
const id = declare("DeviceID.SerialNumber", { value: 1 });
const oui = declare("DeviceID.OUI", { value: 1 });
const productClass = declare("DeviceID.ProductClass", { value: 1 });
const tr181 = declare("Device.DeviceInfo.ProvisioningCode", { value: 1 });
const tr098 = declare("InternetGatewayDevice.DeviceInfo.ProvisioningCode", { value: 1 });
const root = tr181.size ? "Device" : "InternetGatewayDevice";
const code = tr181.size ? tr181 : tr098;
const version = declare(root + ".DeviceInfo.SoftwareVersion", { value: 1 });

const serial = id.value[0];
const firmware = version.size ? version.value[0] : "";
const query = { model: root === "Device" ? "tr181" : "tr098", oui: oui.value[0], product_class: productClass.value[0] };
if (firmware) query.firmware = firmware;
const wanted = ext("gigafibre", "provision", serial, JSON.stringify(query));

if (wanted) {
  if (!code.size || code.value[0] !== wanted.hash) {
    // Now, so that a value GenieACS believes to be there already is sent all the same.
    const now = Date.now();
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
