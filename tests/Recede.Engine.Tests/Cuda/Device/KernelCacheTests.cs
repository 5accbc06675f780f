using System.Runtime.Versioning;
using System.Security.Cryptography;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Tests.Data;

namespace Recede.Engine.Tests.Cuda.Device;

/// <summary>What is believed of the files in a kernel cache, and what of a disk that will not do.</summary>
[TestFixture]
internal sealed class KernelCacheTests
{
    private static readonly byte[] Key = KernelCache.KeyOf("a source", "options");
    private static readonly byte[] Image = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 7))];

    [Test]
    public void What_was_written_is_read_and_no_other_key()
    {
        using var folder = new TemporaryFolder();
        var cache = New(folder);
        Assert.That(cache.Read(Key), Is.Null);
        Assert.That(cache.Write(Key, Image));
        Assert.That(cache.Read(Key), Is.EqualTo(Image));
        Assert.That(cache.Read(KernelCache.KeyOf("a source", "other options")), Is.Null);
        Assert.That(Directory.GetFiles(cache.Folder!), Has.Length.EqualTo(1), "nothing is left beside the entry");
    }

    [Test]
    public void Keys_tell_parts_apart() => Assert.That(KernelCache.KeyOf("ab", "c"), Is.Not.EqualTo(KernelCache.KeyOf("a", "bc")));

    [Test]
    public void A_flipped_bit_anywhere_makes_an_entry_unbelievable()
    {
        using var folder = new TemporaryFolder();
        var cache = New(folder);
        cache.Write(Key, Image);
        var path = cache.PathOf(Key)!;
        var good = File.ReadAllBytes(path);
        for (var i = 0; i < good.Length; i += 1 + (i / 100 * 13))
        {
            var bad = (byte[])good.Clone();
            bad[i] ^= 0x10;
            File.WriteAllBytes(path, bad);
            Assert.That(cache.Read(Key), Is.Null, $"byte {i}");
        }
    }

    [Test]
    public void An_entry_of_any_other_length_is_not_believed([Values(0, 1, 8, 87, 88, 89, 1087, 1089, 5000)] int length)
    {
        using var folder = new TemporaryFolder();
        var cache = New(folder);
        cache.Write(Key, Image);
        var path = cache.PathOf(Key)!;
        var bytes = File.ReadAllBytes(path);
        Assert.That(bytes, Has.Length.EqualTo(KernelCache.HeaderBytes + Image.Length));
        Array.Resize(ref bytes, length);
        File.WriteAllBytes(path, bytes);
        Assert.That(cache.Read(Key), Is.Null);
    }

    [Test]
    public void An_entry_under_a_name_that_is_not_its_own_is_not_believed()
    {
        using var folder = new TemporaryFolder();
        var cache = New(folder);
        var other = SHA256.HashData("x"u8);
        cache.Write(other, Image);
        File.Move(cache.PathOf(other)!, cache.PathOf(Key)!);
        Assert.That(cache.Read(Key), Is.Null);
    }

    [Test]
    public void What_is_not_believed_is_written_over()
    {
        using var folder = new TemporaryFolder();
        var cache = New(folder);
        cache.Write(Key, Image);
        File.WriteAllBytes(cache.PathOf(Key)!, [1, 2, 3]);
        Assert.That(cache.Write(Key, Image));
        Assert.That(cache.Read(Key), Is.EqualTo(Image));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows has no such modes and devices.")]
    [UnsupportedOSPlatform("windows")]
    public void A_link_a_folder_and_a_pipe_in_an_entrys_place_are_not_followed_or_waited_for([Values("link", "folder", "device")] string what)
    {
        using var folder = new TemporaryFolder();
        var cache = New(folder);
        cache.Write(Key, Image);
        var path = cache.PathOf(Key)!;
        var elsewhere = Path.Combine(folder.Path, "elsewhere");
        File.Move(path, elsewhere);
        switch (what)
        {
            case "link":
                File.CreateSymbolicLink(path, elsewhere);
                break;
            case "folder":
                Directory.CreateDirectory(path);
                break;
            default:
                File.CreateSymbolicLink(path, "/dev/zero");
                break;
        }

        Assert.That(cache.Read(Key), Is.Null);
        Assert.That(cache.Write(Key, Image));
        Assert.That(cache.Read(Key), Is.EqualTo(Image));
        Assert.That(File.Exists(elsewhere), "what a link led to is left alone");
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows has no such modes and devices.")]
    [UnsupportedOSPlatform("windows")]
    public void What_others_may_write_is_not_believed([Values] bool wholeFolder)
    {
        using var folder = new TemporaryFolder();
        var cache = New(folder);
        cache.Write(Key, Image);
        var path = wholeFolder ? cache.Folder! : cache.PathOf(Key)!;
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherWrite);
        Assert.That(cache.Read(Key), Is.Null);
        Assert.That(cache.Write(Key, Image), Is.EqualTo(!wholeFolder));
    }

    [Test]
    public void A_folder_that_cannot_be_made_or_written_is_no_error()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("a-file", [1]);
        var cache = new KernelCache(Path.Combine(file, "kernels"));
        Assert.That(cache.Read(Key), Is.Null);
        Assert.That(cache.Write(Key, Image), Is.False);
        Assert.That(new KernelCache(null).Write(Key, Image), Is.False);
        Assert.That(new KernelCache(null).Read(Key), Is.Null);

        var strange = new KernelCache(Path.Combine(folder.Path, new string('x', 5000)));
        Assert.That(strange.Write(Key, Image), Is.False);
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows has no such modes and devices.")]
    [UnsupportedOSPlatform("windows")]
    public void A_folder_that_is_only_read_serves_what_it_has()
    {
        if (Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("An administrator writes anywhere.");
        }

        using var folder = new TemporaryFolder();
        var cache = New(folder);
        cache.Write(Key, Image);
        File.SetUnixFileMode(cache.Folder!, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.That(cache.Read(Key), Is.EqualTo(Image));
            Assert.That(cache.Write(KernelCache.KeyOf("other"), Image), Is.False);
        }
        finally
        {
            File.SetUnixFileMode(cache.Folder!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Test]
    public void An_option_names_the_folder() =>
        Assert.That(KernelCache.ChooseFolder("/some/where"), Is.EqualTo(Path.GetFullPath("/some/where/kernels")));

    private static KernelCache New(TemporaryFolder folder) => new(Path.Combine(folder.Path, "kernels"));
}
