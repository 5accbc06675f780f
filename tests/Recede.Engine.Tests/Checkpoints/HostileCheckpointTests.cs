using Recede.Engine.Checkpoints;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Nn;
using Recede.Engine.Tests.Data;

namespace Recede.Engine.Tests.Checkpoints;

/// <summary>A checkpoint that is damaged, or made to harm, is an error that names the file, and costs no memory to speak of.</summary>
internal sealed class HostileCheckpointTests
{
    // Far more than reading a small file takes, far less than what the files below ask for.
    private const long MostAllocated = 64 << 20;

    private TemporaryFolder _folder = null!;
    private CpuDevice _device = null!;
    private byte[] _sound = [];
    private string _path = "";

    private static IEnumerable<TestCaseData> Forgeries()
    {
        yield return Case("huge offsets", "\"data_offsets\":[0,", "\"data_offsets\":[0,9", "tensor");
        yield return Case("negative offset", "\"data_offsets\":[0,", "\"data_offsets\":[-1,", "-1");
        yield return Case("overflowing shape", "\"shape\":[4,3,3,3]", "\"shape\":[4611686018427387904,4,3,3]", "JSON");
        yield return Case("overlapping tensors", "\"shape\":[4,3,3,3],\"data_offsets\":[0,432]", "\"shape\":[0],\"data_offsets\":[0,0]", "begins at");
        yield return Case("unknown type", "\"dtype\":\"F32\"", "\"dtype\":\"X9\"", "X9");
        yield return Case("another type of the same size", "\"dtype\":\"F32\"", "\"dtype\":\"I32\"", "conv.weight");
        yield return Case("name twice", "\"norm.weight\"", "\"conv.weight\"", "two tensors");
        yield return Case("no metadata", "__metadata__", "__metadat__", null);
        yield return Case("metadata is no text", "\"version\":\"1\"", "\"version\":1", "JSON");
        yield return Case("another version", "\"version\":\"1\"", "\"version\":\"2\"", "version 2");
        yield return Case("another format", "recede-checkpoint", "some-checkpoint", "no checkpoint of Recede");
        yield return Case("an array", "{", "[{", "JSON");
        yield return Case("a tree that asks for terabytes", Quoted("\"width\":4"), Quoted("\"width\":16000000"), "would be");
        yield return Case("a wider tree than a space can be", Quoted("\"width\":4"), Quoted("\"width\":2000000000"), "width");
        yield return Case("a negative width", Quoted("\"width\":4"), Quoted("\"width\":-4"), "width");
        yield return Case("stride 0", Quoted("\"stride\":1"), Quoted("\"stride\":0"), "stride");
        yield return Case("a kernel that overflows", Quoted("\"kernelHeight\":3"), Quoted("\"kernelHeight\":32767"), "would be");
        yield return Case("an unknown module", Quoted("\"type\":\"conv2d\""), Quoted("\"type\":\"System.IO.File\""), "nobody registered");
        yield return Case("a space that is not there", Quoted("\"output\":1"), Quoted("\"output\":77"), "output");
        yield return Case("a field of another kind", Quoted("\"relu\":true"), Quoted("\"relu\":1"), "relu");
        yield return Case("an image of no size", Quoted("\"image\":[4,4,3]"), Quoted("\"image\":[0,4,3]"), "side");
        yield return Case("an image of other channels", Quoted("\"image\":[4,4,3]"), Quoted("\"image\":[4,4,2]"), "channels");

        static TestCaseData Case(string name, string from, string to, string? says) => new TestCaseData(from, to, says).SetArgDisplayNames(name);
    }

    [OneTimeSetUp]
    public void Make()
    {
        _folder = new TemporaryFolder();
        _device = Device.Cpu(1);
        _path = Path.Combine(_folder.Path, "network.safetensors");
        using var network = SmallNetwork(_device);
        Checkpoint.Save(_path, network);
        _sound = File.ReadAllBytes(_path);
    }

    [OneTimeTearDown]
    public void Remove()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void A_file_that_ends_early_is_told_wherever_it_ends([Range(0, 40)] int part)
    {
        var length = part < 20 ? part : (int)((long)_sound.Length * (part - 20) / 21);
        CheckRefused(_sound[..length], null);
    }

    [Test]
    public void A_flipped_bit_is_told_at_every_byte_of_the_header()
    {
        for (var at = 0; at < 8 + SavedFile.Header(_sound).Length; at++)
        {
            CheckFlipped(at, at % 8);
        }
    }

    [Test]
    public void A_flipped_bit_is_told_at_a_thousand_random_places()
    {
        var random = new Random(11);
        for (var i = 0; i < 1000; i++)
        {
            CheckFlipped(random.Next(_sound.Length), random.Next(8));
        }
    }

    [TestCaseSource(nameof(Forgeries))]
    public void A_file_that_lies_with_the_right_checksum_is_told(string from, string to, string? says)
    {
        var forged = SavedFile.WithHeader(_sound, header =>
        {
            var at = header.IndexOf(from, StringComparison.Ordinal);
            return at < 0 ? header : header[..at] + to + header[(at + from.Length)..];
        });
        Assert.That(SavedFile.Header(forged), Is.Not.EqualTo(SavedFile.Header(_sound)), "the forgery changes something");
        CheckRefused(forged, says);
    }

    [Test]
    public void Json_of_any_depth_is_told()
    {
        var deep = new string('[', 100_000);
        CheckRefused(SavedFile.WithHeader(_sound, _ => deep), "JSON");
        CheckRefused(SavedFile.WithHeader(_sound, header => header.Replace("\\u0022root\\u0022:", "\\u0022root\\u0022:" + deep, StringComparison.Ordinal)), null);
    }

    [TestCase("I")]
    [TestCase("I,I")]
    public void Spaces_made_of_one_another_without_end_are_told(string sources)
    {
        // Each entry is made of the one before: as a list it is flat, as a space very deep, or very wide.
        var spaces = new System.Text.StringBuilder("\"spaces\":[{\"name\":\"s\",\"width\":1,\"prunable\":true},");
        for (var i = 0; i < 20_000; i++)
        {
            var of = (i < 24 ? sources : "I").Replace("I", $"{i}", StringComparison.Ordinal);
            spaces.Append(System.Globalization.CultureInfo.InvariantCulture, $"{{\"name\":\"s\",\"repeats\":1,\"of\":[{of}]}},");
        }

        CheckRefused(
            SavedFile.WithHeader(_sound, header => header.Replace(Quoted("\"spaces\":["), Quoted(spaces.ToString()), StringComparison.Ordinal)), "parts");
    }

    [Test]
    public void A_wide_shortcut_asks_for_no_memory()
    {
        var shortcuts = string.Join(',', Enumerable.Repeat("{\"type\":\"padded-shortcut\",\"path\":\"pool\",\"input\":0,\"output\":3,\"stride\":1}", 3));
        CheckRefused(
            SavedFile.WithHeader(_sound, header => header
                .Replace(Quoted("{\"type\":\"global-average-pool\",\"path\":\"pool\"}"), Quoted(shortcuts), StringComparison.Ordinal)
                .Replace(Quoted("\"width\":2,\"prunable\":false}"), Quoted("\"width\":2,\"prunable\":false},{\"name\":\"x\",\"width\":16777216,\"prunable\":false}"), StringComparison.Ordinal)),
            "reads space");
    }

    [Test]
    public void A_header_as_long_as_the_number_in_front_can_tell_is_told()
    {
        var file = (byte[])_sound.Clone();
        file.AsSpan(0, 8).Fill(0xFF);
        CheckRefused(file, "header");
    }

    [Test]
    public void Random_changes_to_the_header_with_the_right_checksum_never_do_harm()
    {
        var random = new Random(12);
        for (var i = 0; i < 300; i++)
        {
            var forged = SavedFile.WithHeader(_sound, header =>
            {
                var text = header.ToCharArray();
                for (var k = random.Next(1, 4); k > 0; k--)
                {
                    text[random.Next(text.Length)] = (char)random.Next(32, 127);
                }

                return new string(text);
            });
            File.WriteAllBytes(_path, forged);
            try
            {
                Checkpoint.Load(_path, _device).Dispose();
            }
            catch (InvalidDataException e)
            {
                Assert.That(e.Message, Does.Contain(_path));
            }

            Assert.That(_device.LiveBytes, Is.Zero);
        }
    }

    /// <summary>A network of a few hundred bytes.</summary>
    internal static Network SmallNetwork(Device device)
    {
        var (images, a) = (new ChannelSpace("images", 3, prunable: false), new ChannelSpace("a", 4));
        return new Network(
            "small",
            device,
            new Sequential(
                "",
                new Conv2d(device, "conv", images, a, Conv2dOptions.Kernel3()),
                new BoundedBatchNorm(device, "norm", a, relu: true),
                new GlobalAveragePool("pool"),
                new Linear(device, "fc", a, new ChannelSpace("classes", 2, prunable: false))),
            new Shape(1, 4, 4, 3));
    }

    private static string Quoted(string json) => json.Replace("\"", "\\u0022", StringComparison.Ordinal);

    private void CheckFlipped(int at, int bit)
    {
        var damaged = (byte[])_sound.Clone();
        damaged[at] ^= (byte)(1 << bit);
        CheckRefused(damaged, null);
    }

    private void CheckRefused(byte[] file, string? says)
    {
        File.WriteAllBytes(_path, file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var e = Assert.Throws<InvalidDataException>(() => Checkpoint.Load(_path, _device).Dispose())!;
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MostAllocated));
        Assert.That(e.Message, Does.Contain(_path).And.Contain(says ?? ""));
        Assert.That(_device.LiveBytes, Is.Zero);
    }
}
